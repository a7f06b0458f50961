/** Sizes above which a frame is refused before it is buffered. */
export interface FrameLimits {
  /** Bytes after the length field. */
  readonly maxFrameBytes: number;
  readonly maxHeaderBytes: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = {
  maxFrameBytes: 16 * 1024 * 1024,
  maxHeaderBytes: 64 * 1024,
};
