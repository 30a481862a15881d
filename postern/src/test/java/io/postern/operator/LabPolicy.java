package io.postern.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.commandline.Program;
import io.postern.lab.RunningProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine;

/**
 * A policy-service, and a console-service, that answer as a test says, over real HTTP, and the
 * program that asks it. The first answer whose method and part of the path fit is given; one that
 * is given once is gone then. Thread-safe.
 */
public final class LabPolicy implements AutoCloseable {
  /** A request as it came. */
  public record Request(String method, String path, String ifMatch, String body) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private record Answer(String method, String path, int status, String body, boolean once) {}

  /** An ended run. */
  public record Ran(int exit, String out, String err) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path context;
  private final List<Answer> answers = new ArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  public LabPolicy(Path folder) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    Path credentials = Files.writeString(folder.resolve("credentials"), "admin:a-password");
    context =
        Files.writeString(
            folder.resolve("context.properties"),
            """
            postern.policy.url=http://127.0.0.1:%1$d
            postern.policy.credentials-file=%2$s
            postern.console.url=http://127.0.0.1:%1$d
            postern.console.credentials-file=%2$s
            """
                .formatted(server.getAddress().getPort(), credentials));
  }

  public Path context() {
    return context;
  }

  /** The program as a process, without a terminal. */
  public RunningProgram start(String... args) throws IOException {
    return RunningProgram.start(Main.class, line(args));
  }

  /** The same at a terminal. */
  public RunningProgram startAtTerminal(String... args) throws IOException {
    return RunningProgram.atTerminal(Main.class, line(args));
  }

  private List<String> line(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--context", context.toString()));
    return all;
  }

  /** From now on. */
  public LabPolicy answer(String method, String path, int status, String body) {
    return add(new Answer(method, path, status, body, false));
  }

  public LabPolicy once(String method, String path, int status, String body) {
    return add(new Answer(method, path, status, body, true));
  }

  /** A view that grows: each of these once, the last one from then on. */
  public LabPolicy views(String path, String... views) {
    for (String view : views) {
      once("GET", path, 200, view);
    }
    return answer("GET", path, 200, views[views.length - 1]);
  }

  private synchronized LabPolicy add(Answer answer) {
    answers.add(answer);
    return this;
  }

  public List<Request> requests() {
    return requests;
  }

  private synchronized Answer next(String method, String path) {
    Optional<Answer> found =
        answers.stream()
            .filter(answer -> answer.method().equals(method) && path.contains(answer.path()))
            .findFirst();
    found.filter(Answer::once).ifPresent(answers::remove);
    return found.orElseGet(
        () ->
            new Answer(method, path, 404, "{\"status\":404,\"detail\":\"no such thing\"}", false));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().toString();
      String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              path,
              ifMatch == null ? "" : ifMatch,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      Answer answer = next(exchange.getRequestMethod(), path);
      exchange.getResponseHeaders().add("ETag", "\"version-1\"");
      if (answer.status() == 404 && !answer.body().isEmpty()) {
        exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
      }
      exchange.sendResponseHeaders(answer.status(), answer.status() == 204 ? -1 : 0);
      exchange.getResponseBody().write(answer.body().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Runs the program against this service. */
  public Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        Program.run(
            new CommandLine(Main.class)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true)),
            line(args).toArray(String[]::new));
    return new Ran(exit, out.toString(), err.toString());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
