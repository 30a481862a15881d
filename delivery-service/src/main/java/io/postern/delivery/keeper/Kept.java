package io.postern.delivery.keeper;

/** What became of a content that was to be kept. */
public enum Kept {
  COPIED,
  /** All of it stands in the envelope's record, which outlives it. */
  NOTHING,
  /** The log has it no more: retention took it, or it never was. */
  GONE,
  /** It is not what was accepted, or cannot be read for a long time. */
  UNREADABLE
}
