package io.postern.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The AOT cache (JEP 483, 514, 515) of one {@link JavaProgram}: classes as they are loaded and
 * linked, and profiles of methods, from a run under load. With it a program starts in half of the
 * time and compiles what is hot at once.
 *
 * <p>The file's name carries a hash of all that must be equal in training and use: the JDK, the
 * flags, and each jar's path and content. JDK 25.0.0 to 25.0.3 do not look whether a jar has
 * changed (JDK-8377932) and would run old classes, so a cache is found by this name or not at all.
 *
 * <p>Failure: no cache, or one that the JVM refuses, means a slower start and nothing else; the JVM
 * verifies the file's checksums, so a damaged one is refused too. Reading the jars costs about 1 ms
 * for each megabyte. Immutable.
 */
public final class AotCache {
  /**
   * Flags that may differ: sizes below 32 GB, compiler tiers, what is said of memory's end, system
   * properties, and what trains.
   */
  private static final List<String> FREE =
      List.of(
          "-Xmx",
          "-Xms",
          "-Xmn",
          "-XX:MaxDirectMemorySize=",
          "-XX:TieredStopAtLevel=",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:AOT",
          "-D");

  /** The cache would name stubs by addresses of this very processor; they are made anew instead. */
  private static final List<String> STUBS =
      List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTAdapterCaching");

  private final JavaProgram program;
  private final Path folder;
  private final Path file;

  private AotCache(JavaProgram program, Path folder) throws IOException {
    this.program = program;
    this.folder = folder;
    this.file = folder.resolve(key(program) + ".aot");
  }

  /**
   * The cache of a program in a folder, whether it is there or not. Empty where there can be none:
   * a class path with a folder, or a program whose flags name a cache already, such as one in
   * training.
   */
  public static Optional<AotCache> of(JavaProgram program, Path folder) {
    boolean named = program.jvm().stream().anyMatch(flag -> flag.startsWith("-XX:AOT"));
    if (named || !program.classPath().stream().allMatch(Files::isRegularFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new AotCache(program, folder));
    } catch (IOException e) {
      return Optional.empty(); // a jar that cannot be read, of which its program will say more
    }
  }

  /** Of this program's caches alone. */
  public Path folder() {
    return folder;
  }

  /** Where it is or would be. */
  public Path file() {
    return file;
  }

  public boolean exists() {
    return Files.exists(file);
  }

  /** The program with the flags that use the cache, or as it is where there is none. */
  public JavaProgram use() {
    return exists()
        ? program.with(List.of("-XX:AOTCache=" + file, "-XX:+VerifySharedSpaces"))
        : program;
  }

  /** The flags with which a run of the program under load records what {@link #create} needs. */
  public static List<String> record(Path configuration) {
    return List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + configuration);
  }

  /**
   * The program that makes the cache from such a run, in a file that is not yet {@link #file()}: it
   * may be killed half-way.
   */
  public JavaProgram create(Path configuration, Path result) {
    List<String> flags = new ArrayList<>(STUBS);
    flags.add("-XX:AOTMode=create");
    flags.add("-XX:AOTConfiguration=" + configuration);
    flags.add("-XX:AOTCache=" + result);
    return program.main(List.of()).with(flags);
  }

  private static String key(JavaProgram program) throws IOException {
    return key(
        program,
        Stream.of("java.vm.version", "java.vm.vendor", "os.arch", "java.home")
            .map(System::getProperty)
            .toList());
  }

  static String key(JavaProgram program, List<String> jdk) throws IOException {
    StringBuilder text = new StringBuilder();
    jdk.forEach(part -> text.append(part).append('\n'));
    for (String flag : program.jvm()) {
      if (FREE.stream().noneMatch(flag::startsWith)) {
        text.append(flag).append('\n');
      }
    }
    for (Path jar : jars(program.classPath())) {
      text.append(jar).append(' ').append(checksum(jar)).append('\n');
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The jars of a class path, with those that their manifests name. */
  private static List<Path> jars(List<Path> classPath) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path jar : classPath) {
      all.add(jar);
      try (JarFile open = new JarFile(jar.toFile())) {
        String more =
            open.getManifest() == null
                ? null
                : open.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        for (String name : more == null ? new String[0] : more.split(" +", -1)) {
          Path other = jar.resolveSibling(name);
          if (Files.isRegularFile(other)) {
            all.add(other);
          }
        }
      }
    }
    return all;
  }

  /** A checksum that the processor computes: SHA-256 of 350 MB of jars would cost the start 7 s. */
  private static String checksum(Path jar) throws IOException {
    CRC32C checksum = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    try (InputStream in = Files.newInputStream(jar)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        checksum.update(buffer, 0, read);
        size += read;
      }
    }
    return String.format(Locale.ROOT, "%d %08x", size, checksum.getValue());
  }
}
