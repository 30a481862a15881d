package io.postern.ingress.intake;

import io.postern.contracts.v1.MessageRefused;

/**
 * The records of refusals, for mail.refusals. Called from session threads; never blocks and never
 * throws, since a record must not hold up a session. A record that finds no room is dropped and
 * counted.
 */
@FunctionalInterface
public interface Refusals {
  void record(MessageRefused refusal);
}
