package io.postern.ingress.intake;

import io.postern.contracts.v1.MessageRefused;

/**
 * Where records of refusals are published: mail.refusals. Called from session threads; never blocks
 * and never throws, since a record of a refusal must not hold up a session. What finds no room is
 * dropped and counted.
 */
@FunctionalInterface
public interface Refusals {
  void record(MessageRefused refusal);
}
