package io.postern.e2e.attacks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * The attackers: a process of its own, so that its CPU can be told apart from that of the
 * installation, which it leaves to others (idle policy) as remotes would. It listens and connects
 * on loopback alone, sends at most {@code attacks.mbits}, and ends after {@code attacks.seconds}.
 */
public final class AttackersMain {
  static final String BEGUN = "begun";

  private static final Duration AFTER_END = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private AttackersMain() {}

  public static void main(String[] args) throws InterruptedException {
    Attack attack = Attack.named(args[0]);
    AttackTarget target = AttackTarget.ofProperties();
    listen(target);
    Attacker.Shared shared =
        new Attacker.Shared(
            target,
            new Allowance(Integer.getInteger("attacks.mbits", 100)),
            Duration.ofSeconds(Integer.getInteger("attacks.seconds", 60)));
    System.out.println(BEGUN);
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < attack.addresses() * attack.connections(); number++) {
      String address = "127.0.2." + (1 + number / attack.connections());
      Attacker attacker = new Attacker(shared, address, number);
      threads.add(Thread.ofVirtual().start(() -> again(attack, attacker)));
    }
    for (Thread thread : threads) {
      long left = shared.endNanos + PATIENCE.toNanos() - System.nanoTime();
      thread.join(Duration.ofNanos(Math.max(1, left)));
    }
    System.out.println(
        shared.counts.entrySet().stream()
            .map(count -> count.getKey() + " " + sum(count.getValue()))
            .collect(Collectors.joining(", ")));
    System.exit(0); // what still hangs ends with the process
  }

  private static String sum(LongAdder count) {
    return Long.toString(count.sum());
  }

  private static void listen(AttackTarget target) {
    HangingHost.Stage[] stages = HangingHost.Stage.values();
    for (int host = 1; host <= AttackTarget.HANGING_HOSTS; host++) {
      HangingHost.listen(
          AttackTarget.hangingAddress(host), target.mxPort(), stages[host % stages.length]);
    }
    for (int host = 1; host <= AttackTarget.REVOCATION_HOSTS; host++) {
      HangingHost.listen(
          AttackTarget.revocationAddress(host), target.mxPort(), HangingHost.Stage.GREETING);
    }
  }

  private static void again(Attack attack, Attacker attacker) {
    try {
      while (attacker.goesOn()) {
        try {
          attack.turn().take(attacker);
        } catch (IOException ended) {
          attacker.count("ended");
          attacker.pause(AFTER_END);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
