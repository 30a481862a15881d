package io.postern.certificate.revocation.crl;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by the lists that a certificate names (RFC 5280 §6.3.3): points and their URLs in the
 * certificate's order, until all reasons are covered.
 */
public record CrlRevocation(CrlStore store) implements RevocationCheck {
  /** Certificates of one name that a list may be signed by. */
  private static final int MAX_SIGNERS = 3;

  private static final Duration FOR_CHANGES = Duration.ofMillis(500);
  private static final Duration WITHOUT_CHANGES = Duration.ofMinutes(1);

  /** The certificate names a list that is followed. */
  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    DistributionPoints points = DistributionPoints.of(question.certificate());
    CrlExamination examination = new CrlExamination(question.certificate(), points, question.now());
    ListLookup asking = new ListLookup(question, examination);
    for (DistributionPoints.Point point : points.points()) {
      for (String url : point.urls()) {
        if (examination.settled()) {
          return asking.finding();
        }
        asking.ask(point, url);
      }
    }
    return asking.finding();
  }

  /** One certificate's lists. */
  private final class ListLookup {
    private final RevocationQuestion question;
    private final ParsedCertificate issuer;
    private final ListSigners signers;
    private final CrlExamination examination;
    private final List<CrlStore.UsedList> looked = new ArrayList<>();

    ListLookup(RevocationQuestion question, CrlExamination examination) {
      this.question = question;
      this.issuer = question.issuer();
      this.signers = question.signers();
      this.examination = examination;
    }

    void ask(DistributionPoints.Point point, String url) throws InterruptedException {
      PublicationStore.Failure<Crl> wrongSigner = null;
      for (ParsedCertificate signer : signers(point)) {
        switch (store.current(url, signer, question.patience())) {
          case PublicationStore.Current<Crl>(Crl list) -> {
            SignerTrust backing = question.trustIn(signer);
            if (backing == null) {
              examination.nothing(url, "the list's signer is not trusted: " + signer);
              return;
            }
            looked.add(new CrlStore.UsedList(url, signer, list));
            examination.add(list, changes(list, signer), url, backing);
            return;
          }
          case PublicationStore.Failure<Crl> failed -> {
            if (!failed.wrongSigner()) {
              examination.failed(url, failed);
              return;
            }
            wrongSigner = wrongSigner == null ? failed : wrongSigner;
          }
        }
      }
      if (wrongSigner == null) {
        examination.nothing(url, "the certificate of the lists' issuer was not presented");
      } else {
        examination.failed(url, wrongSigner);
      }
    }

    Finding finding() {
      Finding finding = examination.finding();
      if (finding.status() == RevocationStatus.NOT_REVOKED) {
        ClearedCertificate cleared =
            ClearedCertificate.of(question.certificate(), finding.evidence());
        looked.forEach(list -> store.cleared(list, cleared));
      }
      return finding;
    }

    private List<ParsedCertificate> signers(DistributionPoints.Point point) {
      Set<ParsedCertificate> all = new LinkedHashSet<>();
      if (point.listIssuers().isEmpty()) {
        all.add(issuer);
        all.addAll(signers.named(issuer.subject()));
      }
      for (X500Principal name : point.listIssuers()) {
        all.addAll(signers.named(name));
      }
      return all.stream().limit(MAX_SIGNERS).toList();
    }

    /** Changes that cannot be had, at once, change nothing: the complete list is current. */
    private @Nullable Crl changes(Crl list, ParsedCertificate signer) throws InterruptedException {
      Set<String> urls = new LinkedHashSet<>(DistributionPoints.freshest(question.certificate()));
      urls.addAll(list.freshest());
      for (String url : urls) {
        PublicationStore.Answer<Crl> answer =
            store.within(url, signer, FOR_CHANGES, question.patience());
        if (answer instanceof PublicationStore.Current<Crl>(Crl changes)
            && CrlExamination.fits(list, changes, question.now())) {
          looked.add(new CrlStore.UsedList(url, signer, changes));
          return changes;
        }
      }
      if (!urls.isEmpty()) {
        examination.holdsUntil(question.now().plus(WITHOUT_CHANGES));
      }
      return null;
    }
  }
}
