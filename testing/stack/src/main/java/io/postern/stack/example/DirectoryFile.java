package io.postern.stack.example;

import io.postern.operator.commands.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory that a new state begins with.
 *
 * @param name for messages
 * @param yaml with its places, which are not filled yet
 */
public record DirectoryFile(String name, String yaml) {
  public static DirectoryFile example() throws IOException {
    return new DirectoryFile("the example", Example.directory());
  }

  public static DirectoryFile read(Path file) throws IOException {
    return new DirectoryFile(file.toString(), Files.readString(file));
  }
}
