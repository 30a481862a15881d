package io.postern.rules.gateway;

import io.postern.rules.Trail;

/** The steps of a walk to the true source, in an explanation. */
public final class SourceSteps {
  private SourceSteps() {}

  /**
   * @param trail of the gateway's organization
   */
  public static void add(TrueSource source, Trail trail) {
    String subject = source.gateway().subject();
    String rule = source.gateway().rule();
    switch (source) {
      case TrueSource.Awaited awaited -> {}
      case TrueSource.Found found -> {
        found.skipped().forEach(hop -> trail.matched(subject, rule, hop));
        trail.matched(
            "true source " + found.address(),
            rule,
            "the Received field of " + found.namedBy() + " names it");
      }
      case TrueSource.Unknown unknown -> {
        unknown.skipped().forEach(hop -> trail.matched(subject, rule, hop));
        trail.failed("true source", rule, unknown.whyNot());
      }
    }
  }
}
