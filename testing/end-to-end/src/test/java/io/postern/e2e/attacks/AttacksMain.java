package io.postern.e2e.attacks;

import io.postern.e2e.LongRun;
import io.postern.stack.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fair traffic without attack, beside each attack in turn, and without again: {@code make attacks}
 * (docs/evidence/attacks.md). Exit code 0 when no attack made a fair figure more than 10 % worse
 * and no fair mail was lost or refused, else 1; then the state folder with all logs is kept.
 */
final class AttacksMain {
  private static final Duration CALIBRATION = Duration.ofSeconds(20);
  private static final Duration REST = Duration.ofSeconds(5);
  private static final Duration LAST_MAIL = Duration.ofSeconds(90);

  private final int seconds = Integer.getInteger("attacks.seconds", 60);
  private final int quiet = Integer.getInteger("attacks.quiet", 60);
  private final int warm = Integer.getInteger("attacks.warm", 60);
  private final int begin = Integer.getInteger("attacks.begin", 60);
  private final int megabits = Integer.getInteger("attacks.mbits", 100);
  private final AttackedWorld world;
  private final FairMail mail;
  private final FairTraffic traffic;
  private final FairAdministrator administrator;
  private final Judgement judgement = new Judgement();

  private AttacksMain(
      AttackedWorld world, FairMail mail, FairTraffic traffic, FairAdministrator administrator) {
    this.administrator = administrator;
    this.world = world;
    this.mail = mail;
    this.traffic = traffic;
  }

  public static void main(String[] args) throws Exception {
    List<Attack> attacks = attacks();
    Path here = Path.of("").toAbsolutePath();
    Path folder = Files.createTempDirectory(here.resolve("target"), "attacks");
    int each =
        Integer.getInteger("attacks.seconds", 60)
            + Integer.getInteger("attacks.begin", 60)
            + Integer.getInteger("attacks.quiet", 60)
            + 60;
    LongRun.endAfter(Duration.ofSeconds(900 + (long) attacks.size() * each));
    Size size = Size.valueOf(System.getProperty("attacks.size", "SERVER"));
    boolean good = false;
    FairMail mail = new FairMail();
    AttackedWorld world =
        AttackedWorld.start(here.resolve("../..").normalize(), folder, size, mail);
    Thread stop = new Thread(() -> LongRun.closeQuietly(world), "stop");
    Runtime.getRuntime().addShutdownHook(stop); // for Ctrl-C
    try (FairTraffic traffic = new FairTraffic(mail, world.target().smtpPort(), world.ownServer());
        FairAdministrator administrator =
            new FairAdministrator(world.target(), world.fairToken())) {
      good = new AttacksMain(world, mail, traffic, administrator).run(attacks);
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      LongRun.closeQuietly(world);
      LongRun.remove(folder, good);
    }
    System.exit(good ? 0 : 1);
  }

  /** Those that property attacks.only names, or all. */
  private static List<Attack> attacks() {
    String only = System.getProperty("attacks.only", "");
    return only.isBlank()
        ? Attack.ALL
        : Arrays.stream(only.split(",")).map(String::strip).map(Attack::named).toList();
  }

  private boolean run(List<Attack> attacks) throws Exception {
    traffic.rate(0);
    say("warming up for " + warm + " s");
    Thread.sleep(Duration.ofSeconds(warm));
    double rate = Double.parseDouble(System.getProperty("attacks.rate", "0"));
    if (rate == 0) {
      rate = half();
    }
    traffic.rate(rate);
    say("fair rate from now on: %.0f mails a second".formatted(rate));
    settle();
    judgement.quiet(measure("quiet", quiet, Map.of()));
    for (Attack attack : attacks) {
      attacked(attack);
      settle();
      judgement.quiet(measure("quiet", quiet, Map.of()));
    }
    traffic.close();
    awaitLastMail();
    return judgement.print(mail);
  }

  /** Half of what this machine does now, with the senders and hosts on it. */
  private double half() throws InterruptedException {
    Window window = new Window("all that it can");
    long received = mail.received();
    mail.window(window);
    Thread.sleep(CALIBRATION);
    mail.window(new Window("between"));
    window.end();
    double delivered = (mail.received() - received) / window.seconds();
    say(
        "as fast as can be: %.0f accepted, %.0f delivered a second"
            .formatted(window.rate(), delivered));
    return Math.min(window.rate(), delivered) / 2;
  }

  /** Until what an attack has left behind no longer holds up fair mail. */
  private void settle() throws InterruptedException {
    Thread.sleep(REST);
  }

  /**
   * The first seconds of an attack are shown and not compared: the services' compilers translate
   * code that no fair mail has used.
   */
  private void attacked(Attack attack) throws Exception {
    say(attack.name() + ": " + attack.does());
    List<String> settings =
        List.of("-Dattacks.seconds=" + (begin + seconds), "-Dattacks.mbits=" + megabits);
    try (AttackersProcess attackers = AttackersProcess.start(attack, world.target(), settings)) {
      Map<String, Long> pids = Map.of("attackers", attackers.pid());
      judgement.shown(measure(attack.name() + " begins", begin, pids));
      Window window = measure(attack.name(), seconds, pids);
      say("attackers: " + attackers.result());
      if (!attack.equals(Attack.COMPUTING)) {
        judgement.attacked(window);
      } else {
        judgement.shown(window);
      }
    }
  }

  private Window measure(String name, int length, Map<String, Long> more) throws Exception {
    Map<String, Long> pids = new LinkedHashMap<>(world.processes());
    pids.put("senders and hosts", ProcessHandle.current().pid());
    pids.putAll(more);
    long log = world.logBytes();
    Window window = new Window(name);
    Usage usage = new Usage(pids);
    double machine = Usage.machineSeconds();
    mail.window(window);
    administrator.window(window);
    for (int i = 0; i < length; i++) {
      Thread.sleep(1_000);
      usage.look();
    }
    mail.window(new Window("between"));
    administrator.window(new Window("between"));
    window.end();
    double all = 100 * (Usage.machineSeconds() - machine) / window.seconds();
    window.others(Math.max(0, all - usage.cpu()));
    say(
        "%s: %s; others on this machine %.0f%%; log +%d MB"
            .formatted(
                Judgement.figures(window),
                usage.words(),
                window.others(),
                (world.logBytes() - log) >> 20));
    return window;
  }

  private void awaitLastMail() throws InterruptedException {
    long end = System.nanoTime() + LAST_MAIL.toNanos();
    while (mail.owed() > 0 && System.nanoTime() - end < 0) {
      Thread.sleep(200);
    }
  }

  static void say(String line) {
    System.out.println("attacks: " + line);
  }
}
