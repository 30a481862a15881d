package io.postern.rules.outbound;

import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The comparison of two TLS requirements: the first respect in which one demands less than the
 * other (G3). A pure function; any thread.
 */
public final class RequirementComparison {
  private RequirementComparison() {}

  /**
   * @return the first respect in which {@code now} demands less than {@code before}, for people;
   *     empty: in none
   */
  public static Optional<String> looserRespect(TlsRequirement before, TlsRequirement now) {
    return Stream.of(TlsDemand.values())
        .filter(demand -> demand.isLooser(before, now))
        .findFirst()
        .map(TlsDemand::respect);
  }
}
