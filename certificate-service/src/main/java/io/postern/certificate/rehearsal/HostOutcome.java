package io.postern.certificate.rehearsal;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.RootOf;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HostSeen;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * One host, by its requests in one handshake (RFC 5246 §7.4.4, RFC 8446 §4.3.2). Immutable.
 *
 * @param presented our leaf in that handshake; null: none, or not known any more
 */
record HostOutcome(
    Change change, @Nullable ParsedCertificate presented, String concerns, HostSeen seen) {

  Outcome outcome() {
    if (!seen.getCertificateAsked()) {
      return outcome(Result.OK, "it requests no certificate" + when());
    }
    boolean verifies =
        Change.isVerified(change.keyAfter(), seen.getVerifiesEcdsa(), seen.getVerifiesRsa());
    if (seen.getPresentedFingerprint().isEmpty()) {
      return verifies
          ? outcome(
              Result.CHECK,
              "it requests a certificate, and the installation's could not be presented"
                  + when()
                  + "; it would see the new one for the first time: does it accept it?")
          : outcome(
              Result.OK,
              "it requests a kind of certificate that neither the old nor the new one has, so none "
                  + "is presented"
                  + when());
    }
    return verifies
        ? byAuthorities()
        : outcome(
            Result.FAILS,
            "it cannot verify a certificate with a key of type " + change.keyAfter() + when());
  }

  private Outcome outcome(Result result, String reason) {
    return new Outcome(result, concerns, reason);
  }

  private Outcome byAuthorities() {
    boolean takesNew = takes(change.after(), change.rootAfter());
    if (!takesNew && takes(change.before(), change.rootBefore())) {
      String none =
          "of the authorities that it names"
              + when()
              + " one issued the old certificate or its issuers, and none issued the new one: "
              + issuers(change.after(), change.rootAfter()).stream()
                  .map(X500Principal::getName)
                  .collect(Collectors.joining(", "));
      if (seen.getAuthoritiesCut()) {
        return outcome(Result.CHECK, none + "; it names more than were recorded: ask");
      }
      return change.after().size() == 1 && change.rootAfter().way().size() == 1
          ? outcome(
              Result.CHECK,
              none + "; the new one came without its issuers: rehearse the whole chain")
          : outcome(Result.FAILS, none);
    }
    List<String> toAsk = new ArrayList<>(change.toAskOfCurve(presented));
    toAsk.addAll(takesNew ? change.toAskOfNames() : change.toAskOfTrust());
    return Outcome.of(
        toAsk,
        concerns,
        takesNew
            ? "the names stay, it can verify such a key and accepts certificates from this issuer"
                + when()
            : "root and names stay, and it can verify such a key" + when());
  }

  private boolean takes(List<ParsedCertificate> chain, RootOf root) {
    Set<ByteString> named = Set.copyOf(seen.getAuthoritiesList());
    return issuers(chain, root).stream()
        .anyMatch(
            name -> named.contains(ByteString.copyFrom(Fingerprints.ofName(name.getEncoded()))));
  }

  /** The issuers in the presented chain, a cross-certificate's too, and on the path to the root. */
  private static Set<X500Principal> issuers(List<ParsedCertificate> chain, RootOf root) {
    return Stream.concat(chain.stream(), root.way().stream())
        .map(ParsedCertificate::issuer)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private String when() {
    return " (handshake of "
        + LocalDate.ofInstant(Instant.ofEpochMilli(seen.getLastSeenMillis()), ZoneOffset.UTC)
        + ")";
  }
}
