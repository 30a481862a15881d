package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.certificate.revocation.store.RestingException;
import io.postern.certificate.revocation.store.RevocationSettings;
import io.postern.certificate.revocation.store.Source;
import io.postern.certificate.revocation.store.StoreListener;
import io.postern.contracts.Fingerprints;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The responders' answers that are in use, each by its URL and the certificate that it is about. In
 * memory only: an answer is small, and asked for again in milliseconds. See {@link
 * PublicationStore}.
 */
public final class OcspStore {

  private final HttpFetch http;
  private final Endpoints endpoints;
  private final InstantSource clock;
  private final PublicationStore<OcspAnswer> answers;

  public OcspStore(
      RevocationSettings settings,
      HttpFetch http,
      Endpoints endpoints,
      InstantSource clock,
      StoreListener listener) {
    this.http = http;
    this.endpoints = endpoints;
    this.clock = clock;
    this.answers = new PublicationStore<>(settings, clock, listener);
  }

  /** A responder's answer. */
  PublicationStore.Answer<OcspAnswer> current(String url, OcspQuestion question, Patience patience)
      throws InterruptedException {
    return answers.current(new Responder(url, question), patience);
  }

  /** This answer of a responder's has cleared a certificate. */
  void cleared(String url, OcspQuestion question, OcspAnswer by, ClearedCertificate certificate) {
    answers.cleared(new Responder(url, question), by, certificate);
  }

  /**
   * A newer answer of this responder's revokes a certificate: it is asked about that one again.
   *
   * @param certificate SHA-256 of it
   * @param by thisUpdate of the newer one
   */
  public void overtaken(String url, byte[] certificate, Instant by) {
    answers.overtaken(url, certificate, by);
  }

  /** Starts the fetches that are due and forgets the answers that no question needs. */
  public void refresh() {
    answers.refresh();
  }

  private final class Responder implements Source<OcspAnswer> {
    private final String url;
    private final OcspQuestion question;
    private final String name;

    Responder(String url, OcspQuestion question) {
      this.url = url;
      this.question = question;
      String whose = Fingerprints.hex(Fingerprints.sha256(question.request(new byte[0])));
      String key = Fingerprints.hex(question.issuer().fingerprint());
      this.name =
          Fingerprints.hex(
              Fingerprints.sha256(
                  (whose + " " + key + " " + url).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String kind() {
      return "the responder's response";
    }

    @Override
    public String url() {
      return url;
    }

    @Override
    public boolean isAbout(byte[] certificate) {
      return MessageDigest.isEqual(question.certificate(), certificate);
    }

    @Override
    public @Nullable StoredCopy<OcspAnswer> stored() {
      return null;
    }

    @Override
    public StoredCopy<OcspAnswer> fetch(RefreshRequest wanted, Instant now)
        throws FetchException, RestingException, InterruptedException {
      OcspAnswer answer = endpoints.ask(url, kind(), () -> asked(now));
      return new StoredCopy<>(answer, clock.instant(), false);
    }

    private OcspAnswer asked(Instant now) throws FetchException, InterruptedException {
      byte[] nonce = OcspQuestion.nonce();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      http.fetch(url, question.post(nonce), () -> answer);
      return OcspAnswer.read(answer.toByteArray(), question, nonce, false, now);
    }
  }
}
