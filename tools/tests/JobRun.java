import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A job as a process: JUnit's console launcher in the module's folder. Its output is a file below target/tests. */
final class JobRun {
  /** No job takes half of that on a busy machine; one that takes longer is ended and has failed. */
  private static final long MINUTES = 35;

  private final Path root;
  private final Job job;
  private final boolean all;

  JobRun(Path root, Job job, boolean all) {
    this.root = root;
    this.job = job;
    this.all = all;
  }

  /** How it ended: the seconds on the clock and of CPU, the children's included; 0 is success. */
  record Ended(Job job, int code, double seconds, double cpu, Path log) {}

  Ended run() throws IOException, InterruptedException {
    Path log = root.resolve("target/tests").resolve(job.name() + ".log");
    Path times = root.resolve("target/tests").resolve(job.name() + ".times");
    // The shell's own `time` counts the CPU of all children that have ended.
    List<String> command = new ArrayList<>(List.of("bash", "-c", "log=$1; shift; TIMEFORMAT='%R %U %S'; time \"$@\" >\"$log\" 2>&1", "job", log.toString()));
    command.addAll(java());
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.resolve(job.module()).toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Process process = builder.redirectErrorStream(true).redirectOutput(times.toFile()).start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      appendThreads(process, log);
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.waitFor();
      Files.writeString(log, "\nended after " + MINUTES + " minutes\n", java.nio.file.StandardOpenOption.APPEND);
    }
    String[] numbers = Files.readString(times).strip().split("\\s+");
    double wall = number(numbers, 0);
    return new Ended(job, process.exitValue(), wall, number(numbers, 1) + number(numbers, 2), log);
  }

  /** What the job's own JVM was doing, the test in progress among it. */
  private static void appendThreads(Process job, Path log) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    for (ProcessHandle child : job.children().toList()) {
      new ProcessBuilder("timeout", "30", jcmd, Long.toString(child.pid()), "Thread.print")
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start()
          .waitFor();
    }
  }

  private static double number(String[] numbers, int index) {
    try {
      return Double.parseDouble(numbers[index].replace(',', '.'));
    } catch (RuntimeException e) {
      return 0;
    }
  }

  private List<String> java() throws IOException {
    Path module = root.resolve(job.module());
    Path target = module.resolve("target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + root.resolve("testing/jvm.options"));
    if (Files.exists(module.resolve("src/test/jvm.options"))) {
      command.add("@" + module.resolve("src/test/jvm.options"));
    }
    command.add("-Dpostern.tests.all=" + all);
    // Such as -Dapi.docs.renew=true, and where test data is (postern.corpus, postern.conformance).
    String options = System.getenv().getOrDefault("TEST_OPTIONS", "");
    if (!options.isBlank()) {
      command.addAll(List.of(options.strip().split("\\s+")));
    }
    command.addAll(
        List.of(
            "-cp",
            target.resolve("test-classes") + ":" + target.resolve("classes") + ":" + Files.readString(target.resolve("test.classpath")).strip(),
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--disable-banner",
            "--disable-ansi-colors",
            "--details=summary",
            "--details-theme=ascii",
            "--fail-if-no-tests",
            "--reports-dir=" + target.resolve("test-reports").resolve(job.name())));
    for (String each : job.classes()) {
      command.add("--select-class=" + each);
    }
    return command;
  }
}
