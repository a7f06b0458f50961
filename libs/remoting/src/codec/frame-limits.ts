/** Sizes above which a frame is refused before it is buffered. */
export interface FrameLimits {
  /** Bytes after the length field. */
  readonly maxFrameBytes: number;
  readonly maxHeaderBytes: number;
}

/**
 * A client lets properties of several ten thousand characters go out and waits for the broker to
 * refuse them by its code, so the header limit holds such properties with three bytes a character.
 */
export const DEFAULT_FRAME_LIMITS: FrameLimits = {
  maxFrameBytes: 16 * 1024 * 1024,
  maxHeaderBytes: 256 * 1024,
};
