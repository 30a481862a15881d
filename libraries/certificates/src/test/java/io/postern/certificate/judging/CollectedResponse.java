package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.jspecify.annotations.Nullable;

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

  /** The same for responses (CA/Browser Forum, ballot SC-53). */
  private static final Instant SHA1_RESPONSES_UNTIL = Instant.parse("2022-06-01T00:00:00Z");

  /** Why it is not to be believed; empty: it is. Its times and its content are not looked at. */
  public String problem() {
    List<ParsedCertificate> known = ParsedCertificate.usable(issuers, _ -> {});
    TrustAnchors trusted =
        new TrustAnchors(
            AnchorSetReference.getDefaultInstance(), ParsedCertificate.usable(anchors, _ -> {}));
    String problem = "no issuer that can be read";
    for (ParsedCertificate issuer : known) {
      String here = signatureProblem(issuer);
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

  /** Null: this issuer, or a responder of its own, has signed it. */
  private @Nullable String signatureProblem(ParsedCertificate issuer) {
    try {
      if (!(new OCSPResp(response).getResponseObject() instanceof BasicOCSPResp basic)
          || basic.getResponses().length == 0) {
        return "it is not an OCSP response about a certificate";
      }
      OcspQuestion question =
          new OcspQuestion(
              new byte[0],
              issuer.holder().getSubject().getEncoded(),
              issuer,
              basic.getResponses()[0].getCertID().getSerialNumber());
      OcspAnswer.read(response, question, new byte[0], at.isBefore(SHA1_RESPONSES_UNTIL), at);
      return null;
    } catch (FetchException e) {
      return String.valueOf(e.getMessage());
    } catch (IOException | OCSPException | RuntimeException e) {
      // Hostile bytes reach the parsers.
      return "it is not an OCSP response";
    }
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
}
