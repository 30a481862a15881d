package io.postern.contracts;

/**
 * Names of record headers: what a reader needs to skip a record without parsing it, and the trace
 * context.
 */
public final class Headers {
  /**
   * Who wrote an outcome: {@link #WRITER_DELIVERY}, {@link #WRITER_DECIDER} or {@link
   * #WRITER_SCHEDULER}.
   */
  public static final String WRITER = "writer";

  public static final String WRITER_DELIVERY = "delivery";
  public static final String WRITER_DECIDER = "decider";
  public static final String WRITER_SCHEDULER = "scheduler";

  /**
   * {@link #FINAL_YES}: a first attempt that delivered everything; the scheduler keeps no state for
   * it.
   */
  public static final String FINAL = "final";

  public static final String FINAL_YES = "1";

  /** The organization of the record, where there is exactly one. */
  public static final String ORGANIZATION = "organization";

  /** W3C trace context. */
  public static final String TRACEPARENT = "traceparent";

  private Headers() {}
}
