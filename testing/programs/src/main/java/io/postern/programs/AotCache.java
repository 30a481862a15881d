package io.postern.programs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
 * flags, and each jar's path and table of contents, which has a checksum of each class. JDK 25.0.0
 * to 25.0.3 do not look whether a jar has changed (JDK-8377932) and would run old classes, so a
 * cache is found by this name or not at all.
 *
 * <p>The JVM would die of a damaged file, so its checksum is kept beside it and compared at each
 * start: the JVM's own comparison is slower, and reads all of the file into the program's memory.
 *
 * <p>Failure: no cache, or one that is refused, means a slower start and nothing else. Immutable.
 */
public final class AotCache {
  /**
   * Flags that may differ: sizes below 32 GB, compiler tiers, the reaction to memory's end, system
   * properties, and the flags of training.
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

  /**
   * Code without a profile gets none while the second compiler has much to do: it is quicker
   * meanwhile. That compiler begins no later than usual: what the first messages won by it, the
   * next 100,000 lost. Measured: docs/evidence/performance.md.
   */
  private static final List<String> TIERS =
      List.of(
          "-XX:+IgnoreUnrecognizedVMOptions", // of a later JDK
          "-XX:Tier3DelayOn=0",
          "-XX:Tier3DelayOff=0");

  private static final int BUFFER = 1 << 20;

  /** Of a jar's last record, where nothing follows it. */
  private static final int END_RECORD = 22;

  private static final int END_SIGNATURE = 0x06054b50;

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

  /** Takes a file that was made by {@link #create}; the folder's other caches go. */
  public void keep(Path made) throws IOException {
    String checksum = checksum(made);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> earlier = Files.list(folder)) {
        for (Path each : earlier.toList()) {
          Files.delete(each);
        }
      }
    }
    Files.createDirectories(folder);
    Files.writeString(seal(), checksum);
    for (Path each : List.of(made, seal())) {
      try (FileChannel channel = FileChannel.open(each, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path seal() {
    return folder.resolve(file.getFileName() + ".crc32c");
  }

  private boolean whole() {
    try {
      return Files.readString(seal()).equals(checksum(file));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The program with the flags that use the cache, or as it is where there is none that is whole.
   */
  public JavaProgram use() {
    return whole() ? program.with(TIERS).with(List.of("-XX:AOTCache=" + file)) : program;
  }

  /** The flags with which a run of the program under load records the input of {@link #create}. */
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
      text.append(jar).append(' ').append(contents(jar)).append('\n');
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

  /**
   * The checksum of a jar's table of contents: names, sizes and checksums of its files. Reading all
   * of 340 MB of jars would cost each start a third of a second.
   */
  private static String contents(Path jar) throws IOException {
    try (FileChannel in = FileChannel.open(jar)) {
      ByteBuffer end = ByteBuffer.allocate(END_RECORD).order(ByteOrder.LITTLE_ENDIAN);
      in.read(end, Math.max(0, in.size() - END_RECORD));
      boolean known = !end.hasRemaining() && end.getInt(0) == END_SIGNATURE;
      long start = known ? Integer.toUnsignedLong(end.getInt(16)) : 0;
      return checksum(in, start < in.size() ? start : 0);
    }
  }

  private static String checksum(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file)) {
      return checksum(in, 0);
    }
  }

  /** One that the processor computes. */
  private static String checksum(FileChannel in, long start) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER, in.size() - start + 1));
    long at = start;
    for (int read = in.read(buffer, at); read >= 0; read = in.read(buffer, at)) {
      checksum.update(buffer.flip());
      at += read;
      buffer.clear();
    }
    return String.format(Locale.ROOT, "%d %08x", at, checksum.getValue());
  }
}
