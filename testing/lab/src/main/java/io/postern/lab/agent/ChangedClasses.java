package io.postern.lab.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an agent's {@link CodeChange}s in each class as the JVM loads it. Any thread.
 *
 * <p>Failure: where a class does not have the methods, or cannot be changed, the process ends at
 * once with a sentence, since a change that is not there would let a test prove nothing.
 */
public final class ChangedClasses implements ClassFileTransformer {
  private final Map<String, List<CodeChange>> byOwner = new HashMap<>();

  public ChangedClasses(List<CodeChange> changes) {
    changes.forEach(
        each -> byOwner.computeIfAbsent(each.owner(), _ -> new ArrayList<>()).add(each));
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable Module module,
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    List<CodeChange> changes = name == null ? null : byOwner.get(name);
    if (changes == null) {
      return null;
    }
    try {
      ClassFile classFile = classFile(loader);
      byte[] changed = bytes;
      for (CodeChange change : changes) {
        changed = changed(changed, change, classFile);
      }
      return changed;
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      end(name + " cannot be changed");
      return null;
    }
  }

  // Frames are made anew, which needs the classes that they name.
  private static ClassFile classFile(@Nullable ClassLoader loader) {
    return loader == null
        ? ClassFile.of()
        : ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  private static byte[] changed(byte[] bytes, CodeChange change, ClassFile classFile) {
    boolean[] found = new boolean[1];
    byte[] changed =
        classFile.transformClass(
            classFile.parse(bytes),
            ClassTransform.transformingMethodBodies(
                method -> {
                  boolean its = change.methods().test(method);
                  found[0] |= its;
                  return its;
                },
                CodeTransform.ofStateful(change.code())));
    if (!found[0]) {
      end("there is no " + change.place() + " in " + change.owner() + " to be changed");
    }
    return changed;
  }

  private static void end(String why) {
    System.err.println(why);
    Runtime.getRuntime().halt(1);
  }
}
