package io.postern.contracts;

/**
 * Names of record headers: facts by which a reader skips a record without parsing it, and the trace
 * context.
 */
public final class Headers {
  /**
   * Writer of an outcome: {@link #WRITER_DELIVERY}, {@link #WRITER_SCHEDULER}, {@link
   * #WRITER_NOTICES}.
   */
  public static final String WRITER = "writer";

  public static final String WRITER_DELIVERY = "delivery";
  public static final String WRITER_SCHEDULER = "scheduler";
  public static final String WRITER_NOTICES = "notice-writer";

  /**
   * Of a first attempt that delivered everything: its owner, as {@link Owner#toString}. The
   * scheduler keeps no state for it, if that owner has the partition.
   */
  public static final String FINAL = "final";

  /** The organization of the record, where there is exactly one. */
  public static final String ORGANIZATION = "organization";

  /**
   * The contract level of a record that versions of the level before would misread, as {@link
   * ContractLevel#header}; none: the first level.
   */
  public static final String LEVEL = "level";

  /**
   * Of an envelope in {@code mail.accepted}: its message's content, sealed
   * (docs/decisions/0105-small-contents-travel-sealed.md). No part of the value, so that whoever
   * copies or keeps envelopes does not copy contents.
   */
  public static final String SEALED_CONTENT = "sealed-content";

  /** W3C trace context. */
  public static final String TRACEPARENT = "traceparent";

  private Headers() {}
}
