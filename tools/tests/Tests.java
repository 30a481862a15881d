import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Runs the tests of what is built: {@code java tools/tests/Tests.java [--all] [MODULE [CLASS ...]]}, from the project's root. Four jobs at a
 * time keep two cores busy, since most wait for a good part of their time; at most two of them start services: more stacks that start at
 * once are slower than some of the product's time-outs, and a cluster of brokers runs beside one other job only. TEST_JOBS is half of that
 * number.
 */
public class Tests {
  private static final int LANE = Integer.parseInt(System.getenv().getOrDefault("TEST_JOBS", "2"));

  public static void main(String[] args) throws Exception {
    List<String> names = new ArrayList<>(List.of(args));
    boolean all = names.remove("--all");
    Path root = Path.of("").toAbsolutePath();
    List<Job> jobs = chosen(Job.read(root, names), all, names);
    if (jobs.isEmpty()) {
      System.err.println("test: no test is named " + names + "; modules are " + Job.modules(root) + ", jobs stand in testing/jobs");
      System.exit(2);
    }
    System.exit(new Tests(root, jobs, all, names.isEmpty()).run() ? 0 : 1);
  }

  private final Path root;
  private final List<Job> jobs;
  private final boolean all;
  private final boolean whole;
  private final List<Job> waiting;
  private int free = 2 * LANE;
  private int freeForStacks = LANE;

  private Tests(Path root, List<Job> jobs, boolean all, boolean whole) {
    this.root = root;
    this.jobs = jobs;
    this.all = all;
    this.whole = whole;
    this.waiting = new ArrayList<>(jobs);
  }

  private static List<Job> chosen(List<Job> jobs, boolean all, List<String> names) {
    if (names.isEmpty()) {
      return jobs.stream().filter(job -> all || !job.inAllOnly()).toList();
    }
    String module = names.getFirst();
    List<String> classes = names.subList(1, names.size());
    return jobs.stream()
        .filter(job -> job.module().equals(module) || job.module().endsWith("/" + module) || job.name().equals(module))
        .map(job -> only(job, classes))
        .filter(job -> !job.classes().isEmpty() && (all || !classes.isEmpty() || job.name().equals(module) || !job.inAllOnly()))
        .toList();
  }

  private static Job only(Job job, List<String> classes) {
    if (classes.isEmpty()) {
      return job;
    }
    return new Job(
        job.name(),
        job.inAllOnly(),
        job.stacks(),
        job.places(),
        job.module(),
        job.classes().stream().filter(each -> classes.stream().anyMatch(name -> each.substring(each.lastIndexOf('.') + 1).matches(name.replace("*", ".*")))).toList());
  }

  private boolean run() throws Exception {
    clear();
    long began = System.nanoTime();
    List<JobRun.Ended> ended = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(2 * LANE)) {
      List<Future<List<JobRun.Ended>>> running = new ArrayList<>();
      for (int i = 0; i < 2 * LANE; i++) {
        running.add(workers.submit(this::work));
      }
      for (Future<List<JobRun.Ended>> each : running) {
        ended.addAll(each.get());
      }
    }
    return judge(ended, (System.nanoTime() - began) / 1_000_000_000);
  }

  private List<JobRun.Ended> work() throws IOException, InterruptedException {
    List<JobRun.Ended> ended = new ArrayList<>();
    for (Job job = next(); job != null; job = next()) {
      try {
        ended.add(one(job));
      } finally {
        giveBack(job);
      }
    }
    return ended;
  }

  /**
   * The next job in the order of testing/jobs: one that starts services, where there is room, else another; waits while none has room; null:
   * none is left.
   */
  private synchronized Job next() throws InterruptedException {
    while (!waiting.isEmpty()) {
      Job next = waiting.stream().filter(Job::stacks).filter(this::fits).findFirst().or(() -> waiting.stream().filter(this::fits).findFirst()).orElse(null);
      if (next != null) {
        waiting.remove(next);
        free -= places(next);
        freeForStacks -= stackPlaces(next);
        return next;
      }
      wait();
    }
    return null;
  }

  private synchronized void giveBack(Job job) {
    free += places(job);
    freeForStacks += stackPlaces(job);
    notifyAll();
  }

  private boolean fits(Job job) {
    return places(job) <= free && stackPlaces(job) <= freeForStacks;
  }

  private static int places(Job job) {
    return Math.min(job.places(), 2 * LANE);
  }

  private static int stackPlaces(Job job) {
    return job.stacks() ? Math.min(job.places(), LANE) : 0;
  }

  /** Reports of an earlier run must not be counted. */
  private void clear() throws IOException {
    for (String module : Job.modules(root)) {
      delete(root.resolve(module).resolve("target/test-reports"));
      Files.deleteIfExists(root.resolve(module).resolve("target/not-run"));
    }
    delete(root.resolve("target/tests"));
    Files.createDirectories(root.resolve("target/tests"));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private JobRun.Ended one(Job job) throws IOException, InterruptedException {
    JobRun.Ended ended = new JobRun(root, job, all).run();
    synchronized (this) {
      if (ended.code() != 0) {
        System.out.println("===== output of " + job.name() + " (" + root.relativize(ended.log()) + ")");
        Files.readAllLines(ended.log(), java.nio.charset.StandardCharsets.ISO_8859_1).forEach(System.out::println);
      }
      System.out.printf("===== %s: %.0f s, CPU %.0f s%s%n", job.name(), ended.seconds(), ended.cpu(), ended.code() == 0 ? "" : ", exit code " + ended.code());
      System.out.flush();
    }
    return ended;
  }

  private boolean judge(List<JobRun.Ended> ended, long seconds) throws IOException {
    Totals totals = new Totals();
    boolean good = true;
    for (JobRun.Ended each : ended) {
      totals.add(root.resolve(each.job().module()).resolve("target/test-reports").resolve(each.job().name()));
      good &= each.code() == 0;
    }
    totals.printNotPassed();
    totals.printSlowest();
    ended.stream().filter(each -> each.code() != 0).forEach(each -> System.out.println("failed job: " + each.job().name()));
    TreeSet<String> notRun = notRun();
    notRun.forEach(line -> System.out.println("not run: " + line.replaceFirst("\t", ": ")));
    if (whole) {
      Map<String, Integer> counts = Costs.counted(root.resolve("target/tests/counts"));
      counts.put("jobs", jobs.size());
      List<String> wrong = Costs.above(root, all ? "all" : "test", counts, seconds);
      wrong.forEach(System.out::println);
      good &= wrong.isEmpty();
    }
    System.out.printf("%d not run (a program or data is missing)%n", notRun.size());
    totals.print();
    return good && totals.allPassed();
  }

  /** What each module's tests left out, and why. */
  private TreeSet<String> notRun() throws IOException {
    TreeSet<String> lines = new TreeSet<>();
    for (String module : Job.modules(root)) {
      Path file = root.resolve(module).resolve("target/not-run");
      if (Files.exists(file)) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }
}
