package io.postern.console.life;

import com.google.protobuf.ByteString;
import io.postern.console.life.Life.Requirement;
import io.postern.console.life.Life.Step;
import io.postern.console.life.Life.Tls;
import io.postern.console.life.Life.Why;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Facts of records in the API's spelling. Stateless. */
final class Words {
  private Words() {}

  static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  /** Null: not known. */
  static @Nullable String timeOrNull(long millis) {
    return millis == 0 ? null : time(millis);
  }

  static String hex(ByteString bytes) {
    return bytes.isEmpty() ? "" : Fingerprints.hex(bytes.toByteArray());
  }

  /** Without the beginning that all values of the enum share. */
  static String of(Enum<?> value, String beginning) {
    String name = value.name();
    if (name.endsWith("UNSPECIFIED")) {
      return "";
    }
    if (name.equals("UNRECOGNIZED")) {
      return Spelling.UNKNOWN;
    }
    return Spelling.hyphens(value).substring(beginning.length());
  }

  static Tls tls(TlsFacts facts) {
    return new Tls(
        Spelling.of(facts.getVersion()),
        facts.getCipherSuite(),
        facts.getGroup(),
        facts.getForwardSecrecy(),
        facts.getResumed(),
        facts.getPeerSubject(),
        facts.getPeerNamesList(),
        hex(facts.getPeerChainFingerprint()),
        facts.getServerName());
  }

  static @Nullable Why why(Explanation explanation) {
    if (explanation.getSummary().isEmpty() && explanation.getStepsCount() == 0) {
      return null;
    }
    return new Why(
        explanation.getSummary(),
        explanation.getStepsList().stream()
            .map(s -> new Step(s.getSubject(), s.getMatched(), s.getCondition(), s.getDetail()))
            .toList());
  }

  static Requirement requirement(TlsRequirement requirement) {
    return new Requirement(
        Spelling.of(requirement.getLevel()),
        requirement.getTlsDomain(),
        of(requirement.getRevocation(), "revocation-"),
        requirement.getMinimumVersion().getNumber() == 0
            ? ""
            : Spelling.of(requirement.getMinimumVersion()),
        of(requirement.getDane(), "dane-"),
        of(requirement.getMtaSts(), "mta-sts-"),
        requirement.getAnchors().getId(),
        requirement.getClientCertificate(),
        demands(requirement));
  }

  private static List<String> demands(TlsRequirement requirement) {
    List<String> demands = new ArrayList<>(TlsDemand.flagTokens(requirement).toList());
    switch (requirement.getRequireTls()) {
      case REQUIRE_TLS_YES -> demands.add("requiretls");
      case TLS_REQUIRED_NO -> demands.add("tls-required-no");
      case REQUIRE_TLS_UNSPECIFIED, UNRECOGNIZED -> {
        // the sender asked for neither
      }
    }
    return demands;
  }
}
