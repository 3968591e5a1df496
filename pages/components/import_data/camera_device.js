// The camera itself: on, off, another one, and pictures while something is held. Put before camera.js.

const MOST_WAITING = 8; // of a burst: a slow line takes fewer pictures instead of piling them up
const BURST_MS = 250;
const WITHOUT = "Dropping images onto a class works without it.";

const REFUSED = {
  NotAllowedError: `The browser does not let Touchstone use the camera. Click the sign beside the address, allow the camera, and turn it on again. ${WITHOUT}`,
  NotFoundError: `No camera was found. Connect one and turn it on again. ${WITHOUT}`,
  NotReadableError: `The camera is used by another program. Close that one and turn it on again. ${WITHOUT}`,
};
const INSECURE = `Browsers give the camera only to secure addresses. Open Touchstone on this machine itself (http://localhost), or through https. ${WITHOUT}`;

class CameraDevice {
  // --- the camera ---

  async turnOn(next = false) {
    if (!window.isSecureContext || !navigator.mediaDevices) { this.trouble.textContent = INSECURE; return; }
    this.power.disabled = true;
    try {
      const wanted = { width: { ideal: 1280 }, height: { ideal: 720 }, ...(next ? { deviceId: { exact: await this.nextCamera() } } : {}) };
      this.stream?.getTracks().forEach((track) => track.stop());
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      if (this.stopped) { stream.getTracks().forEach((track) => track.stop()); return; }
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () => { this.turnOff(); this.trouble.textContent = `The camera was taken away. ${WITHOUT}`; };
      this.video.srcObject = stream;
      await this.video.play();
      this.trouble.textContent = "";
      this.say("The camera is on.");
      this.other.hidden = (await this.cameras()).length < 2;
      this.video.classList.toggle("ts-mirror", stream.getVideoTracks()[0].getSettings().facingMode !== "environment");
    } catch (error) {
      this.turnOff();
      this.trouble.textContent = REFUSED[error.name] ?? (error.name === "OverconstrainedError" ? REFUSED.NotFoundError : REFUSED.NotReadableError);
    } finally {
      this.power.disabled = false;
      this.showPower();
    }
  }

  async cameras() { return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput"); }

  async nextCamera() {
    const ids = (await this.cameras()).map(({ deviceId }) => deviceId);
    return ids[(ids.indexOf(this.stream?.getVideoTracks()[0].getSettings().deviceId) + 1) % ids.length];
  }

  turnOff() {
    this.release();
    this.stream?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    this.stream = null;
    this.video.srcObject = null;
    this.showPower();
  }

  showPower() {
    this.root.dataset.camera = this.stream ? "on" : "off";
    this.power.textContent = this.stream ? "Turn the camera off" : "Turn the camera on";
    this.video.hidden = !this.stream;
    this.off.hidden = Boolean(this.stream);
    if (!this.stream) this.other.hidden = true;
  }

  // --- taking pictures ---

  // Pointer, space and a click by assistive technology all take pictures; held, four a second.
  holds(target, cardOf) {
    let byPointer = false;
    const isButton = target instanceof HTMLButtonElement;
    if (isButton) {
      target.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        byPointer = true;
        target.setPointerCapture(event.pointerId);
        this.hold(cardOf());
      });
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) target.addEventListener(name, () => this.release());
      target.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is not a menu here
      target.addEventListener("click", () => {
        if (!byPointer) { this.hold(cardOf()); this.release(); }
        byPointer = false;
      });
    }
    target.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target !== target) return;
      event.preventDefault();
      if (!event.repeat) this.hold(cardOf());
    });
    target.addEventListener("keyup", (event) => { if (event.key === " ") { event.preventDefault(); this.release(); } });
    target.addEventListener("blur", () => this.release());
  }

  async hold(card) {
    this.release();
    if (!card) { this.trouble.textContent = "Name a class first: the images must belong to one."; return; }
    this.point(card.label);
    if (!this.stream) { await this.turnOn(); return; } // hold again, now that there is something to see
    card.hold.classList.add("ts-held");
    this.holding = { card, timer: setInterval(() => this.take(card), BURST_MS) };
    this.take(card);
  }

  release() {
    if (!this.holding) return;
    clearInterval(this.holding.timer);
    this.holding.card.hold.classList.remove("ts-held");
    this.holding = null;
    this.report();
  }

  take(card) {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || this.queue.length >= MOST_WAITING) return;
    const picture = asJpeg(this.video, width, height); // drawn now, encoded in a moment
    this.add(card, [{ name: "The image", make: () => picture }]);
  }
}
