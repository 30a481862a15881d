package io.postern.delivery.position;

/** Whether this replica still owns the delivery's partition. Any thread. */
@FunctionalInterface
public interface Ownership {
  /** False: nothing new of this delivery may start. */
  boolean held();
}
