// What draws comes once, from this server, and never from elsewhere: uPlot draws what is on the page, in a millisecond;
// Plotly, which takes a hundred times as long to start, makes the picture files, when one is asked for.

const loading = {};
function loadLibrary(name, url) {
  if (window[name]) return Promise.resolve(window[name]);
  loading[name] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window[name]);
    script.onerror = () => { delete loading[name]; script.remove(); reject(new Error("no chart library")); };
    document.head.append(script);
  });
  return loading[name];
}
