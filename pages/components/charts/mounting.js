// How a component that outlives the runs of the page's script is put on the page. Stands before it.

function mount(component, Kind, goesOn = () => true) { // returns what takes it off again
  const { parentElement } = component;
  const known = parentElement.touchstone;
  if (known && !known.stopped && goesOn(known.data)) {
    known.update(component);
  } else {
    known?.stop();
    parentElement.touchstone = new Kind(parentElement, component);
  }
  return () => { parentElement.touchstone?.stop(); parentElement.touchstone = null; };
}
