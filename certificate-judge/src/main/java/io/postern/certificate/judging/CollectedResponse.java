package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.lookup.GivenAnswer;
import io.postern.contracts.v1.AnchorSetReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An OCSP response that was collected without the certificate that it is about. Immutable; any
 * thread.
 *
 * @param response DER
 * @param issuers one of them must have issued that certificate (DER)
 * @param anchors the issuer must lead to one of them (DER)
 * @param at the time for which it is judged
 */
public record CollectedResponse(
    byte[] response, List<byte[]> issuers, List<byte[]> anchors, Instant at) {
  /**
   * Until then certificates with SHA-1 were accepted (CA/Browser Forum, ballot 118, and the
   * browsers' practice): a response collected before is judged by the rules of its time.
   */
  private static final Instant SHA1_UNTIL = Instant.parse("2017-01-01T00:00:00Z");

  /** Why it is not to be believed; empty: it is. Its times and its content are not looked at. */
  public String problem() {
    List<ParsedCertificate> known = readable(issuers);
    TrustAnchors trusted =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), readable(anchors));
    String problem = "no issuer that can be read";
    for (ParsedCertificate issuer : known) {
      String here = GivenAnswer.problem(response, issuer, at);
      if (here == null) {
        List<ParsedCertificate> all = new ArrayList<>(List.of(issuer));
        known.stream().filter(other -> !other.equals(issuer)).forEach(all::add);
        here = pathProblem(new PathSearch(all, trusted).paths());
        if (here.isEmpty()) {
          return "";
        }
      }
      problem = here;
    }
    return problem;
  }

  private String pathProblem(List<CandidatePath> paths) {
    PathRules.Question question =
        new PathRules.Question(Purpose.ANY, PolicyInputs.NONE, at, at.isBefore(SHA1_UNTIL));
    String problem = "its issuer leads to no trust anchor";
    for (CandidatePath path : paths) {
      PathRules.BrokenRule broken = PathRules.firstBroken(path, question);
      Problem here = broken == null ? PathRules.issuers(withALeaf(path)) : broken.problem();
      if (here == null) {
        return "";
      }
      problem = "its issuer leads to no trust anchor by the rules: " + here.detail();
    }
    return problem;
  }

  // The issuer takes a leaf's place: the rules for issuers look at the certificates above a leaf.
  private static CandidatePath withALeaf(CandidatePath path) {
    List<ParsedCertificate> below = new ArrayList<>(List.of(path.leaf()));
    below.addAll(path.below());
    return new CandidatePath(below, path.anchor());
  }

  private static List<ParsedCertificate> readable(List<byte[]> ders) {
    List<ParsedCertificate> all = new ArrayList<>();
    for (byte[] der : ders) {
      try {
        all.add(ParsedCertificate.parse(der));
      } catch (UnusableCertificateException e) {
        // It has issued nothing.
      }
    }
    return all;
  }
}
