package io.postern.smtp.srs;

import io.postern.smtp.Address;

/** What an address says about a rewritten sender. */
public sealed interface WayBack {
  /** It does not have the form of a rewritten address. */
  record None() implements WayBack {}

  /**
   * It is a rewritten address of this organization at this domain.
   *
   * @param address the sender's, or, behind SRS1, the one that the first forwarder made
   */
  record To(Address address) implements WayBack {}

  /** It has the form, and nobody here made it: a hash of it is wrong, or it is cut short. */
  record Forged() implements WayBack {}

  /** It was made here more than {@link SenderRewriting#VALID_DAYS} days ago. */
  record Expired() implements WayBack {}
}
