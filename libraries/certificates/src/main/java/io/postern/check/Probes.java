package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.probe.Endpoint;
import io.postern.certificate.revocation.probe.EndpointProbe;
import io.postern.certificate.revocation.probe.ProbeResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All endpoints of a chain, asked side by side, and then the lists of responders that do not exempt
 * themselves (RFC 6960 §4.2.2.2.1); at most {@link CheckSettings#MAX_ENDPOINTS} in all. One thread,
 * one use.
 */
final class Probes {
  private final EndpointProbe probe;
  private final ChainAtHand chain;
  private final Instant now;
  private final List<ProbeResult> done = new ArrayList<>();
  private int leftOut;

  Probes(EndpointProbe probe, ChainAtHand chain, Instant now) {
    this.probe = probe;
    this.chain = chain;
    this.now = now;
  }

  Probes all() throws InterruptedException {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < chain.below().size(); i++) {
      EndpointProbe.About about =
          new EndpointProbe.About(chain.below().get(i), chain.issuerOf(i), chain.all(), now);
      Endpoint.of(about.certificate())
          .forEach(endpoint -> questions.add(new Question(endpoint, about)));
    }
    askAll(questions);
    askAll(aboutResponders());
    return this;
  }

  private record Question(Endpoint endpoint, EndpointProbe.About about) {}

  /** By their lists only, as in mail: an answer of its own about itself would prove nothing. */
  private List<Question> aboutResponders() {
    Map<ParsedCertificate, List<Question>> questions = new LinkedHashMap<>();
    for (int i = 0; i < chain.below().size(); i++) {
      for (ProbeResult probed : about(chain.below().get(i))) {
        ParsedCertificate responder = probed.responder();
        if (responder != null) {
          EndpointProbe.About about =
              new EndpointProbe.About(responder, chain.issuerOf(i), chain.all(), now);
          questions.put(
              responder,
              Endpoint.of(responder).stream()
                  .filter(Probes::isList)
                  .map(endpoint -> new Question(endpoint, about))
                  .toList());
        }
      }
    }
    return questions.values().stream().flatMap(List::stream).toList();
  }

  private static boolean isList(Endpoint endpoint) {
    return endpoint.kind() == Endpoint.Kind.CRL || endpoint.kind() == Endpoint.Kind.FRESHEST_CRL;
  }

  private void askAll(List<Question> questions) throws InterruptedException {
    int room = CheckSettings.MAX_ENDPOINTS - done.size();
    leftOut += Math.max(0, questions.size() - room);
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ProbeResult>> running = new ArrayList<>();
      for (Question question : questions.stream().limit(room).toList()) {
        running.add(side.submit(() -> ask(question.endpoint(), question.about())));
      }
      for (Future<ProbeResult> one : running) {
        done.add(one.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private ProbeResult ask(Endpoint endpoint, EndpointProbe.About about)
      throws InterruptedException {
    Optional<ProbeResult> already =
        chain.probes().stream()
            .filter(p -> p.endpoint().equals(endpoint) && p.about().equals(about.certificate()))
            .findFirst();
    return already.isPresent() ? already.get() : probe.probe(endpoint, about);
  }

  /** In the order of the chain, and of each certificate. */
  List<ProbeResult> done() {
    return done;
  }

  List<ProbeResult> about(ParsedCertificate certificate) {
    return done.stream().filter(probed -> probed.about().equals(certificate)).toList();
  }

  /** With the probes of the responders that answered about it. */
  List<ProbeResult> aboutWithResponders(ParsedCertificate certificate) {
    List<ProbeResult> all = new ArrayList<>(about(certificate));
    about(certificate).stream()
        .map(ProbeResult::responder)
        .filter(Objects::nonNull)
        .distinct()
        .forEach(responder -> all.addAll(about(responder)));
    return all;
  }

  int leftOut() {
    return leftOut;
  }
}
