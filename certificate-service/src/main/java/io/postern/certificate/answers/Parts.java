package io.postern.certificate.answers;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.RevokedCertificate;
import io.postern.certificate.revocation.store.StoreListener;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.TrustedClock;
import io.postern.log.asking.LossySender;
import io.postern.log.directory.DirectoryReader;
import io.postern.service.CheckedSettings;
import io.postern.service.LogParts;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.ToDoubleFunction;

/** The parts of the service, with their settings checked (see {@link CheckedSettings}). */
@ApplicationScoped
public class Parts {
  @Produces
  @Singleton
  InstantSource clock() {
    return TrustedClock.ofTheMachine(); // no verdict by a clock that has jumped
  }

  @Produces
  @Singleton
  LogClock logClock(LossySender sender) {
    return sender.clock();
  }

  @Produces
  @Singleton
  DirectoryReader<DirectoryInForce> directory(LogSettings log, MeterRegistry meters) {
    return LogParts.directory(log, DirectoryInForce::next, meters);
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
    return CheckedSettings.checked(() -> new HttpFetch(settings));
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
      throw new ConfigurationException(
          "postern.revocation.cache-folder is "
              + settings.cacheFolder()
              + ", which is not writable ("
              + e
              + "): use a separate folder for this service");
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
}
