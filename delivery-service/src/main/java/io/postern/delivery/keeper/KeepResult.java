package io.postern.delivery.keeper;

/** The result for a content that was to be kept. */
public enum KeepResult {
  COPIED,
  /** All of it stands in the envelope's record, which outlives it. */
  NOTHING,
  /** The log has it no more: retention took it, or it never was. */
  GONE,
  /** It is not the accepted one, its key is lost, or it cannot be read for a long time. */
  UNREADABLE
}
