package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.Endpoint;
import io.postern.certificate.revocation.EndpointProbe;
import io.postern.certificate.revocation.Probed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All endpoints of a chain, asked side by side; at most {@link CheckSettings#MAX_ENDPOINTS}. One
 * thread, one use.
 */
final class Probes {
  private final EndpointProbe probe;
  private final ChainAtHand chain;
  private final Instant now;
  private final List<Probed> done = new ArrayList<>();
  private int leftOut;

  Probes(EndpointProbe probe, ChainAtHand chain, Instant now) {
    this.probe = probe;
    this.chain = chain;
    this.now = now;
  }

  Probes all() throws InterruptedException {
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Probed>> running = new ArrayList<>();
      for (int i = 0; i < chain.below().size(); i++) {
        EndpointProbe.About about =
            new EndpointProbe.About(chain.below().get(i), chain.issuerOf(i), chain.all(), now);
        for (Endpoint endpoint : Endpoint.of(about.certificate())) {
          if (running.size() == CheckSettings.MAX_ENDPOINTS) {
            leftOut++;
          } else {
            running.add(side.submit(() -> ask(endpoint, about)));
          }
        }
      }
      for (Future<Probed> one : running) {
        done.add(one.get());
      }
      return this;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private Probed ask(Endpoint endpoint, EndpointProbe.About about) throws InterruptedException {
    Optional<Probed> already =
        chain.probes().stream()
            .filter(p -> p.endpoint().equals(endpoint) && p.about().equals(about.certificate()))
            .findFirst();
    return already.isPresent() ? already.get() : probe.probe(endpoint, about);
  }

  /** In the order of the chain, and of each certificate. */
  List<Probed> done() {
    return done;
  }

  List<Probed> about(ParsedCertificate certificate) {
    return done.stream().filter(probed -> probed.about().equals(certificate)).toList();
  }

  int leftOut() {
    return leftOut;
  }
}
