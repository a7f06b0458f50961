/** Groups whose fingerprint is remembered; the one set longest ago is forgotten first. */
export const MAX_HEARTBEAT_FINGERPRINTS = 100_000;

/** The fingerprint of the subscriptions that each group last sent in full (heartbeat V2). */
export class HeartbeatFingerprints {
  private readonly byGroup = new Map<string, number>();

  isKnown(group: string, fingerprint: number): boolean {
    return this.byGroup.get(group) === fingerprint;
  }

  set(groups: readonly string[], fingerprint: number): void {
    for (const group of groups) {
      this.byGroup.delete(group);
      this.byGroup.set(group, fingerprint);
    }
    for (const oldest of this.byGroup.keys()) {
      if (this.byGroup.size <= MAX_HEARTBEAT_FINGERPRINTS) return;
      this.byGroup.delete(oldest);
    }
  }
}
