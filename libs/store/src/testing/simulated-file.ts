export const SECTOR_BYTES = 512;

/** Content of one file, by sector, with what of it a power cut cannot take. */
export class SimulatedFile {
  sizeBytes = 0;
  private sectors = new Map<number, Buffer>();
  private durableSectors = new Map<number, Buffer>();
  private durableSizeBytes = 0;
  /** Sectors written since the last sync. */
  private dirty = new Set<number>();

  get allocatedSectors(): number {
    return this.sectors.size;
  }

  /** New sectors that a write would allocate. */
  missingSectors(position: number, length: number): number {
    let missing = 0;
    const last = Math.floor((position + length - 1) / SECTOR_BYTES);
    for (let sector = Math.floor(position / SECTOR_BYTES); sector <= last; sector++) {
      if (!this.sectors.has(sector)) missing++;
    }
    return missing;
  }

  write(data: Buffer, offset: number, length: number, position: number): void {
    for (let done = 0; done < length;) {
      const at = position + done;
      const sector = Math.floor(at / SECTOR_BYTES);
      const inSector = at % SECTOR_BYTES;
      const bytes = Math.min(SECTOR_BYTES - inSector, length - done);
      // A sector is replaced, never changed, so that the durable state may share it.
      const content = Buffer.alloc(SECTOR_BYTES);
      this.sectors.get(sector)?.copy(content);
      data.copy(content, inSector, offset + done, offset + done + bytes);
      this.sectors.set(sector, content);
      this.dirty.add(sector);
      done += bytes;
    }
    this.sizeBytes = Math.max(this.sizeBytes, position + length);
  }

  read(target: Buffer, offset: number, length: number, position: number): number {
    const wanted = Math.max(0, Math.min(length, this.sizeBytes - position));
    for (let done = 0; done < wanted;) {
      const at = position + done;
      const inSector = at % SECTOR_BYTES;
      const bytes = Math.min(SECTOR_BYTES - inSector, wanted - done);
      const content = this.sectors.get(Math.floor(at / SECTOR_BYTES));
      if (content) content.copy(target, offset + done, inSector, inSector + bytes);
      else target.fill(0, offset + done, offset + done + bytes);
      done += bytes;
    }
    return wanted;
  }

  truncate(lengthBytes: number): void {
    const firstGone = Math.ceil(lengthBytes / SECTOR_BYTES);
    for (const sector of [...this.sectors.keys()]) {
      if (sector < firstGone) continue;
      this.sectors.delete(sector);
      this.dirty.add(sector);
    }
    const inSector = lengthBytes % SECTOR_BYTES;
    const lastSector = Math.floor(lengthBytes / SECTOR_BYTES);
    const last = this.sectors.get(lastSector);
    if (inSector > 0 && last && lengthBytes < this.sizeBytes) {
      const content = Buffer.from(last);
      content.fill(0, inSector);
      this.sectors.set(lastSector, content);
      this.dirty.add(lastSector);
    }
    this.sizeBytes = lengthBytes;
  }

  /** What a sync that begins now will have made durable when it ends. */
  beginSync(): () => void {
    const sizeBytes = this.sizeBytes;
    const changed = new Map([...this.dirty].map((sector) => [sector, this.sectors.get(sector)]));
    this.dirty.clear();
    this.syncing.push(changed);
    return () => {
      this.syncing = this.syncing.filter((other) => other !== changed);
      for (const [sector, content] of changed) setSector(this.durableSectors, sector, content);
      this.durableSizeBytes = sizeBytes;
    };
  }

  /** Forgets what is not synced: it can still be read, and no later sync makes it durable. */
  loseUnsynced(): void {
    this.dirty.clear();
  }

  /** Syncs that began and did not end: at a power cut their sectors are as unsure as any. */
  private syncing: Map<number, Buffer | undefined>[] = [];

  /** Sectors that a power cut may take back. */
  get unsyncedSectors(): number[] {
    const unsynced = new Set(this.dirty);
    for (const changed of this.syncing) for (const sector of changed.keys()) unsynced.add(sector);
    return [...unsynced].sort((a, b) => a - b);
  }

  get isSizeUnsynced(): boolean {
    return this.sizeBytes !== this.durableSizeBytes;
  }

  /** Sectors, and the size, that a power cut may take. */
  get unsyncedUnits(): number {
    return this.unsyncedSectors.length + (this.isSizeUnsynced ? 1 : 0);
  }

  /** The file after a power cut that kept some of the unsynced sectors. */
  afterPowerCut(keepsSector: (sector: number) => boolean, keepsSize: boolean): SimulatedFile {
    const survivor = new SimulatedFile();
    survivor.sectors = new Map(this.durableSectors);
    survivor.sizeBytes = keepsSize ? this.sizeBytes : this.durableSizeBytes;
    for (const sector of this.unsyncedSectors) {
      if (keepsSector(sector)) setSector(survivor.sectors, sector, this.sectors.get(sector));
    }
    const end = Math.ceil(survivor.sizeBytes / SECTOR_BYTES);
    for (const sector of [...survivor.sectors.keys()]) {
      if (sector >= end) survivor.sectors.delete(sector);
    }
    survivor.settle();
    return survivor;
  }

  /** The file after a process was killed: the system still has everything. */
  afterKill(): SimulatedFile {
    const survivor = new SimulatedFile();
    survivor.sectors = new Map(this.sectors);
    survivor.sizeBytes = this.sizeBytes;
    survivor.durableSectors = new Map(this.durableSectors);
    survivor.durableSizeBytes = this.durableSizeBytes;
    survivor.dirty = new Set(this.unsyncedSectors);
    return survivor;
  }

  private settle(): void {
    this.durableSectors = new Map(this.sectors);
    this.durableSizeBytes = this.sizeBytes;
    this.dirty.clear();
  }
}

function setSector(
  sectors: Map<number, Buffer>,
  sector: number,
  content: Buffer | undefined,
): void {
  if (content) sectors.set(sector, content);
  else sectors.delete(sector);
}
