package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.topics.HomePartitions;
import io.postern.log.topics.LogGrowth;
import io.postern.log.topics.TopicsSetup;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Event;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.junit.jupiter.api.Test;

/** The command that adds partitions has died half-way: who starts on such a log. */
class GrowingLogTest {
  private static final Deployment DEPLOYMENT = Deployment.singleNode(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void ingressBeginsWithTheFormerNumberAndDeliveryWaitsForTheWholeGrowth() throws Exception {
    LogSettings log =
        new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, DEPLOYMENT);
    growHalf(log);
    List<TopicsVerified> ofIngress = new CopyOnWriteArrayList<>();
    List<TopicsVerified> ofDelivery = new CopyOnWriteArrayList<>();
    LogStart delivery = start(log, true, ofDelivery);
    LogStart ingress = start(log, false, ofIngress);
    try {
      await().atMost(PATIENCE).until(ingress::topicsVerified);
      assertThat(ofIngress).containsExactly(new TopicsVerified(2));
      assertThat(ofDelivery).isEmpty();
      assertThat(delivery.topicsVerified()).isFalse();

      LogGrowth.grow(log, 3, _ -> {}, PATIENCE);

      await().atMost(PATIENCE).until(delivery::topicsVerified);
      assertThat(ofDelivery).containsExactly(new TopicsVerified(3));
    } finally {
      ingress.stop(new ShutdownEvent());
      delivery.stop(new ShutdownEvent());
    }
  }

  private static void growHalf(LogSettings log) throws Exception {
    try {
      LogGrowth.grow(
          log,
          3,
          line -> {
            if (line.startsWith("mail.deliveries")) {
              throw new UnsupportedOperationException("the command dies");
            }
          },
          PATIENCE);
    } catch (UnsupportedOperationException died) {
      HomePartitions home = TopicsSetup.createOrVerify(log, DEPLOYMENT);
      assertThat(home.growing()).isTrue();
    }
  }

  static LogStart start(LogSettings log, boolean waits, List<TopicsVerified> fired) {
    return start(
        log, new InstallationContract(log, new LossySender(log), "test", "1"), waits, fired);
  }

  @SuppressWarnings("unchecked") // the event's type is erased
  static LogStart start(
      LogSettings log, InstallationContract contract, boolean waits, List<TopicsVerified> fired) {
    Event<TopicsVerified> event =
        (Event<TopicsVerified>)
            Proxy.newProxyInstance(
                GrowingLogTest.class.getClassLoader(),
                new Class<?>[] {Event.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("fire")) {
                    fired.add((TopicsVerified) arguments[0]);
                  }
                  return null;
                });
    LogStart start = new LogStart(log, DEPLOYMENT, contract, event);
    start.check(new StartupEvent(), new NamedService(waits));
    start.start(new StartupEvent(), new SimpleMeterRegistry());
    return start;
  }

  private record NamedService(boolean waitsForGrowth) implements Service {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public boolean ready(HealthCheckResponseBuilder answer) {
      return true;
    }
  }
}
