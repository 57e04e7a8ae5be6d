/** Text as it streams in, cut before the first stop string; what could still become one is held back. */
export class StopText {
  /** Everything up to the stop string. */
  text = "";
  found = false;
  private readonly stops: string[];
  private released = 0;

  constructor(stops: string[]) {
    this.stops = stops.filter((stop) => stop.length > 0);
  }

  /** Takes a piece of text and returns what is now certain; `last` releases what was held back. */
  push(piece: string, last: boolean): string {
    // a stop string that ends in this piece begins at most its own length before it
    const longest = Math.max(0, ...this.stops.map((stop) => stop.length));
    const from = Math.max(0, this.text.length - longest);
    this.text += piece;
    const cuts = this.stops.map((stop) => this.text.indexOf(stop, from)).filter((at) => at >= 0);
    if (cuts.length > 0) {
      this.found = true;
      this.text = this.text.slice(0, Math.min(...cuts));
    }
    const until = this.found || last ? this.text.length : this.text.length - this.heldBack();
    const certain = this.text.slice(this.released, until);
    this.released = Math.max(this.released, until);
    return certain;
  }

  // length of the longest end of the text that a stop string begins with
  private heldBack(): number {
    let held = 0;
    for (const stop of this.stops) {
      for (let length = Math.min(stop.length - 1, this.text.length); length > held; length--) {
        if (this.text.endsWith(stop.slice(0, length))) held = length;
      }
    }
    return held;
  }
}
