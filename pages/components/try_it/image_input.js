// An image to ask about: drawn, from the camera, chosen, dropped or pasted. Stands after mounting.js and sending.js.

const SIDE = 280, PEN = 20; // pixels of the drawing
const REST_MS = 400; // after a stroke, before the drawing is asked: a digit may have two
const MOST_BYTES = 32 * 2 ** 20;
const NO_CAMERA = {
  NotAllowedError: "The browser does not let Touchstone use the camera. Click the sign beside the address, allow the camera, and try again.",
  NotFoundError: "No camera was found. Choose or drop an image instead.",
};

class ImageInput {
  constructor(parent, component) {
    this.component = component;
    this.base = component.data.base;
    this.root = element("section", "ts-image-input");
    this.root.setAttribute("aria-label", "An image to ask about");
    this.buildTools();
    this.buildPaper();
    this.buildCamera();
    this.said = element("p", "ts-said");
    this.said.setAttribute("role", "status");
    this.root.append(this.tools, this.paper, this.camera, this.said);
    this.takeDrops();
    this.onPaste = (event) => this.pasted(event);
    document.addEventListener("paste", this.onPaste);
    parent.append(this.root);
    this.show("paper");
  }

  buildTools() {
    this.tools = element("div", "ts-tools");
    this.file = element("input");
    Object.assign(this.file, { type: "file", accept: "image/*,.heic,.heif,.avif", hidden: true });
    this.file.onchange = () => { if (this.file.files[0]) this.give(this.file.files[0]); this.file.value = ""; };
    this.draw = button("Draw", "", () => { this.turnOff(); this.show("paper"); });
    this.photo = button("Camera", "", () => this.turnOn());
    const choose = button("Choose a file", "", () => this.file.click());
    this.tools.append(this.draw, this.photo, choose, this.file);
  }

  buildPaper() {
    this.paper = element("div", "ts-paper");
    this.canvas = element("canvas");
    Object.assign(this.canvas, { width: SIDE, height: SIDE });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Draw here with a mouse, a pen or a finger. With the keyboard, choose a file instead.");
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    const clear = button("Clear", "ts-clear", () => this.clear());
    const hint = element("p", "ts-hint", "Draw, drop an image here, or paste one.");
    this.paper.append(this.canvas, clear, hint);
    this.clear();
    this.canvas.onpointerdown = (event) => this.begin(event);
    this.canvas.onpointermove = (event) => this.stroke(event);
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.end());
  }

  buildCamera() {
    this.camera = element("div", "ts-camera-live");
    this.video = element("video");
    Object.assign(this.video, { muted: true, playsInline: true });
    this.camera.append(this.video, button("Take the photo", "ts-take", () => this.take()));
  }

  show(name) {
    this.paper.hidden = name !== "paper";
    this.camera.hidden = name !== "camera";
    this.draw.setAttribute("aria-pressed", String(name === "paper"));
    this.photo.setAttribute("aria-pressed", String(name === "camera"));
  }

  // --- drawing ---

  clear() {
    clearTimeout(this.resting);
    this.pen.fillStyle = "#fff";
    this.pen.fillRect(0, 0, SIDE, SIDE);
    Object.assign(this.pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
    this.drawn = false;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
  }

  begin(event) {
    event.preventDefault();
    clearTimeout(this.resting);
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = this.drawn = true;
    this.pen.beginPath();
    this.pen.moveTo(...this.at(event));
    this.stroke(event);
  }

  stroke(event) {
    if (!this.drawing) return;
    this.pen.lineTo(...this.at(event));
    this.pen.stroke();
  }

  end() {
    if (!this.drawing) return;
    this.drawing = false;
    this.resting = setTimeout(() => this.canvas.toBlob((blob) => this.give(blob), "image/png"), REST_MS);
  }

  // --- camera ---

  async turnOn() {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      this.say("Browsers give the camera only to secure addresses. Open Touchstone on this machine itself, or choose a file.");
      return;
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: "environment" }, audio: false });
      if (this.stopped) { this.turnOff(); return; }
      this.video.srcObject = this.stream;
      await this.video.play();
      this.show("camera");
      this.say("The camera is on.");
    } catch (error) {
      this.turnOff();
      this.say(NO_CAMERA[error.name] ?? "The camera cannot be used. Choose or drop an image instead.");
    }
  }

  turnOff() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }

  take() {
    const photo = element("canvas");
    Object.assign(photo, { width: this.video.videoWidth, height: this.video.videoHeight });
    photo.getContext("2d").drawImage(this.video, 0, 0);
    photo.toBlob((blob) => this.give(blob), "image/jpeg", 0.92);
  }

  // --- files ---

  takeDrops() {
    this.root.ondragover = (event) => { event.preventDefault(); this.root.classList.add("ts-over"); };
    this.root.ondragleave = () => this.root.classList.remove("ts-over");
    this.root.ondrop = (event) => {
      event.preventDefault();
      this.root.classList.remove("ts-over");
      if (event.dataTransfer.files[0]) this.give(event.dataTransfer.files[0]);
    };
  }

  pasted(event) {
    const item = [...(event.clipboardData?.items ?? [])].find(({ kind, type }) => kind === "file" && type.startsWith("image/"));
    if (!item) return;
    event.preventDefault();
    this.give(item.getAsFile());
  }

  async give(blob) {
    if (!blob || this.stopped) return;
    if (blob.size > MOST_BYTES) { this.say("This image is larger than 32 MB. Make it smaller, then try again."); return; }
    this.say("Asking …");
    const mine = (this.asked = (this.asked ?? 0) + 1);
    try {
      const { image } = await sendBody(`${this.base}/api/tried/images`, blob).done;
      if (this.stopped || mine !== this.asked) return; // a newer one is on its way
      this.component.setStateValue("given", `${image}:${mine}:${Date.now()}`);
      this.say("");
    } catch (error) {
      this.say(error.message);
    }
  }

  say(text) { this.said.textContent = text; }

  update(component) { this.component = component; }

  stop() {
    this.stopped = true;
    clearTimeout(this.resting);
    document.removeEventListener("paste", this.onPaste);
    this.turnOff();
    this.root.remove();
  }
}

export default (component) => mount(component, ImageInput);
