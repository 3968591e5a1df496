// Plotly comes once, from this server, and never from elsewhere; every chart of the page shares it.

let loading = null;
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; script.remove(); reject(new Error("no chart library")); };
    document.head.append(script);
  });
  return loading;
}

