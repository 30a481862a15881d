package io.postern.certificate.answers;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.fetch.HttpFetch;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.RevokedCertificate;
import io.postern.certificate.revocation.store.StoreListener;
import io.postern.contracts.Deployment;
import io.postern.log.DirectoryReader;
import io.postern.log.LogSettings;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Puts the parts together. A wrong configuration ends the start with one sentence that names the
 * key and the cure.
 */
@ApplicationScoped
public class Parts {
  private static final Logger LOG = Logger.getLogger(Parts.class);
  private static final int EXIT_CONFIGURATION = 1;

  @Produces
  @Singleton
  InstantSource clock() {
    return InstantSource.system();
  }

  @Produces
  @Singleton
  LogSettings log(Config config) {
    try {
      return LogSettings.of(
          config.getPropertyNames(),
          key -> config.getOptionalValue(key, String.class).orElse(null));
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  @Produces
  @Singleton
  Deployment deployment(LogDeployment settings) {
    try {
      return Deployment.of(settings.deployment(), settings.partitions());
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  @Produces
  @Singleton
  DirectoryReader<DirectoryInForce> directory(LogSettings log) {
    return new DirectoryReader<>(log, DirectoryInForce::of);
  }

  void close(@Disposes DirectoryReader<DirectoryInForce> directory) {
    directory.close();
  }

  @Produces
  @Singleton
  AnchorStore anchors(DefaultAnchors defaults, DirectoryReader<DirectoryInForce> directory) {
    AnchorStore store =
        new AnchorStore(defaults, () -> directory.current().map(DirectoryInForce::anchors));
    directory.onChange(_ -> store.directoryChanged());
    return store;
  }

  @Produces
  @Singleton
  HttpFetch http(RevocationConfig settings) {
    try {
      return new HttpFetch(settings);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  void close(@Disposes HttpFetch http) {
    http.close();
  }

  @Produces
  @Singleton
  VerdictMemory memory(JudgingSettings settings) {
    return new VerdictMemory(settings.remembered());
  }

  @Produces
  @Singleton
  Endpoints endpoints(RevocationConfig settings, InstantSource clock, MeterRegistry meters) {
    Endpoints endpoints = new Endpoints(settings, clock);
    gauge(meters, "ok", endpoints, Endpoints::ok);
    gauge(meters, "failing", endpoints, Endpoints::failing);
    return endpoints;
  }

  private static void gauge(
      MeterRegistry meters, String state, Endpoints endpoints, ToDoubleFunction<Endpoints> count) {
    Gauge.builder("postern.certificate.endpoints", endpoints, count)
        .tag("state", state)
        .strongReference(true)
        .register(meters);
  }

  @Produces
  @Singleton
  StoreListener listener(MeterRegistry meters, Event<RevokedCertificate> revocations) {
    return new StoreListener() {
      @Override
      public void fetched(String result) {
        meters.counter("postern.certificate.fetches", "result", result).increment();
      }

      @Override
      public void revoked(RevokedCertificate revoked) {
        revocations.fire(revoked);
      }
    };
  }

  @Produces
  @Singleton
  CrlStore lists(
      RevocationConfig settings,
      HttpFetch http,
      Endpoints endpoints,
      InstantSource clock,
      StoreListener listener) {
    try {
      return new CrlStore(settings, http, endpoints, clock, listener);
    } catch (IOException e) {
      throw wrong(
          new IllegalArgumentException(
              "postern.revocation.cache-folder is "
                  + settings.cacheFolder()
                  + ", which cannot be written to ("
                  + e
                  + "): name a folder of this service's own"));
    }
  }

  @Produces
  @Singleton
  OcspStore responders(
      RevocationConfig settings,
      HttpFetch http,
      Endpoints endpoints,
      InstantSource clock,
      StoreListener listener) {
    return new OcspStore(settings, http, endpoints, clock, listener);
  }

  @Produces
  @Singleton
  ChainJudge judge(CrlStore lists, OcspStore responders, RevocationConfig settings) {
    return new ChainJudge(new Revocation(lists, responders), settings.fetchTimeout());
  }

  /** Before anything connects or listens. */
  void checkAll(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
      LogSettings log,
      Deployment deployment,
      DefaultAnchors anchors,
      CrlStore lists) {
    LOG.debugf(
        "%s, %s, %d anchors, lists %s",
        log.client().get("bootstrap.servers"), deployment, anchors.current().size(), lists);
  }

  static PreventFurtherStepsException wrong(Exception e) {
    LOG.error(e.getMessage());
    Quarkus.asyncExit(EXIT_CONFIGURATION);
    return new PreventFurtherStepsException(EXIT_CONFIGURATION);
  }
}
