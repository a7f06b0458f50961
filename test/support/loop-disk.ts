import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { waitFor } from './polling';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

const LIMIT_MS = 30_000;
const TRIAL_MIB = 16;
/** mkfs lies where only root's path leads. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
/** Journal and data are written at a sync only, never because time has passed or at a close. */
const MOUNT_OPTIONS = 'loop,commit=300,noauto_da_alloc';
/**
 * FS_IOC_SHUTDOWN = _IOR('X', 125, uint32) with NOLOGFLUSH (2): from now on nothing reaches the
 * device, the journal in memory included. Node has no ioctl, and Debian is never without Perl.
 */
const CUT_POWER = `
  sysopen(my $folder, $ARGV[0], 0) or die "open: $!";
  my $flags = pack("L", 2);
  $| = 1;
  print "ready\n";
  <STDIN>;
  ioctl($folder, 0x8004587d, $flags) or die "ioctl: $!";
`;

/** An ext4 file system in a file in memory, which can lose its power. It takes root. */
export class LoopDisk {
  /** Where it is mounted. */
  readonly folder: string;
  private readonly memory: string;
  private readonly image: string;
  private cutter: ChildProcess | undefined;

  /** Makes it below a folder, not mounted yet. */
  constructor(parent: string, sizeMib: number) {
    this.folder = path.join(parent, 'disk');
    this.memory = path.join(parent, 'memory');
    this.image = path.join(this.memory, 'image');
    for (const folder of [this.folder, this.memory]) fs.mkdirSync(folder);
    // On a real disk the syncs would wait for whatever else the machine does.
    const options = ['-t', 'tmpfs', '-o', `size=${sizeMib + 8}m`];
    run('mount', [...options, 'tmpfs', this.memory]);
    try {
      fs.writeFileSync(this.image, '');
      fs.truncateSync(this.image, sizeMib << 20);
      run('mkfs.ext4', ['-q', '-F', this.image]);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Whether this machine allows it all. */
  static isPossible(): boolean {
    const parent = makeTemporaryFolder('loop-disk');
    try {
      const disk = new LoopDisk(parent, TRIAL_MIB);
      disk.mount();
      run('perl', ['-e', CUT_POWER, disk.folder]);
      return true;
    } catch {
      return false;
    } finally {
      for (const name of ['disk', 'memory']) umountForSure(path.join(parent, name));
      removeFolder(parent);
    }
  }

  /** After a power cut the file system first replays its journal. */
  mount(): void {
    run('mount', ['-o', MOUNT_OPTIONS, this.image, this.folder]);
  }

  /**
   * Gets ready for a power cut: what is returned makes it at once. What was not synced is lost then,
   * whoever has files open.
   */
  async prepareCut(): Promise<() => Promise<void>> {
    const perl = spawn('perl', ['-e', CUT_POWER, this.folder], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: LIMIT_MS,
    });
    this.cutter = perl;
    const ended = once(perl, 'exit');
    await Promise.race([once(perl.stdout, 'data'), ended]);
    return async () => {
      perl.stdin.end('cut\n');
      const [status] = await ended;
      if (status !== 0) throw new Error(`the power was not cut: perl ended with ${status}`);
    };
  }

  /** Resolves once nobody has files open there; the loop device is free then. */
  async unmount(): Promise<void> {
    this.cutter?.kill('SIGKILL');
    const isUnmounted = (): boolean => spawnSync('umount', [this.folder], { env }).status === 0;
    await waitFor('the disk to be unmounted', isUnmounted);
  }

  /** Lets go of everything, in whatever state it is. */
  remove(): void {
    umountForSure(this.folder);
    umountForSure(this.memory);
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { env, stdio: 'ignore', timeout: LIMIT_MS });
}

/** Lazily: what still has files open there must not keep it from going. */
function umountForSure(folder: string): void {
  spawnSync('umount', ['-l', folder], { env, stdio: 'ignore', timeout: LIMIT_MS });
}
