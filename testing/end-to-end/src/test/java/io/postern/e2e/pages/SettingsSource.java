package io.postern.e2e.pages;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import io.postern.e2e.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The settings of the services as their sources have them: each interface with
 * {@code @ConfigMapping}, its methods' names, {@code @WithDefault} and comments. The compiler's own
 * parser reads them, so that nothing has to run.
 */
final class SettingsSource {
  private static final Pattern DEFAULT = Pattern.compile("(?:^|\\s)Default: (.*?)\\.(?=\\s|$)");
  private static final Pattern REQUIRED = Pattern.compile("Required([^:]*): (.*)");

  /**
   * An interface.
   *
   * @param name its simple name, with that of its module: {@code ingress-service/IngressSettings}
   */
  record Mapping(String name, String prefix, String comment, List<Setting> settings) {}

  /**
   * @param key such as {@code postern.ingress.listeners.<name>.port}
   * @param standard the default as it is written; empty: none
   * @param words the default in words, where the comment has a sentence {@code Default: ...} or
   *     begins with {@code Required:}
   * @param effect the rest of the comment, in Markdown
   */
  record Setting(String key, String standard, String words, String effect) {
    /** As the process's environment spells it. */
    String variable() {
      return key.replace("<name>", "<NAME>").replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }
  }

  private final DocTrees trees;
  private final Map<String, Source> sources;

  /** An interface's tree. */
  private record Source(CompilationUnitTree unit, ClassTree type) {}

  private SettingsSource(DocTrees trees, Map<String, Source> sources) {
    this.trees = trees;
    this.sources = sources;
  }

  /** All of these sources, in their order. */
  static List<Mapping> in(List<Path> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  problem -> {},
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(
                      files.stream().filter(SettingsSource::mayMatter).toList()));
      Map<String, Source> sources = new TreeMap<>();
      for (CompilationUnitTree unit : task.parse()) {
        for (Tree type : unit.getTypeDecls()) {
          if (type.getKind() == Tree.Kind.INTERFACE) {
            ClassTree tree = (ClassTree) type;
            String module =
                Project.module(Path.of(unit.getSourceFile().toUri())).getFileName().toString();
            sources.put(module + "/" + tree.getSimpleName(), new Source(unit, tree));
          }
        }
      }
      return new SettingsSource(DocTrees.instance(task), sources).mappings();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean mayMatter(Path file) {
    return Project.read(file).contains("@ConfigMapping")
        || file.toString().endsWith("Settings.java"); // parents of the former
  }

  private List<Mapping> mappings() {
    List<Mapping> mappings = new ArrayList<>();
    sources.forEach(
        (name, source) ->
            annotation(source.type().getModifiers(), "ConfigMapping")
                .ifPresent(
                    prefix -> {
                      List<Setting> settings = new ArrayList<>();
                      TreePath path = new TreePath(new TreePath(source.unit()), source.type());
                      add(prefix, path, settings);
                      mappings.add(new Mapping(name, prefix, comment(path, Map.of()), settings));
                    }));
    return mappings;
  }

  private void add(String prefix, TreePath path, List<Setting> settings) {
    ClassTree type = (ClassTree) path.getLeaf();
    Map<String, String> keys = new TreeMap<>();
    List<MethodTree> methods = new ArrayList<>();
    for (Tree member : type.getMembers()) {
      if (member instanceof MethodTree method
          && method.getBody() == null
          && method.getReturnType() != null) {
        methods.add(method);
        keys.put(method.getName().toString(), prefix + "." + name(method));
      }
    }
    List<Setting> groups = new ArrayList<>(); // after the settings beside them
    for (MethodTree method : methods) {
      String key = prefix + "." + name(method);
      String returned = method.getReturnType().toString();
      boolean several = returned.startsWith("Map<");
      String group = several ? returned.replaceAll("^Map<String, *|>$", "") : returned;
      Optional<TreePath> nested = nested(path, group);
      if (nested.isPresent()) {
        add(several ? key + ".<name>" : key, nested.get(), groups);
      } else {
        settings.add(setting(key, method, comment(path, method, keys)));
      }
    }
    settings.addAll(groups);
  }

  private static Setting setting(String key, MethodTree method, String comment) {
    String standard = annotation(method.getModifiers(), "WithDefault").orElse("");
    Matcher words = DEFAULT.matcher(comment);
    if (words.find()) {
      return new Setting(key, standard, words.group(1), words.replaceFirst("").strip());
    }
    Matcher required = REQUIRED.matcher(comment);
    return required.matches()
        ? new Setting(key, standard, "required" + required.group(1), capital(required.group(2)))
        : new Setting(key, standard, "", comment);
  }

  private static String capital(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }

  private static Optional<TreePath> nested(TreePath path, String name) {
    for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
      if (member instanceof ClassTree type && type.getSimpleName().contentEquals(name)) {
        return Optional.of(new TreePath(path, type));
      }
    }
    return Optional.empty();
  }

  /** Of the method, or of the one that it overrides. */
  private String comment(TreePath path, MethodTree method, Map<String, String> keys) {
    String own = comment(new TreePath(path, method), keys);
    if (!own.isEmpty()) {
      return own;
    }
    for (Tree parent : ((ClassTree) path.getLeaf()).getImplementsClause()) {
      for (Map.Entry<String, Source> source : sources.entrySet()) {
        if (source.getKey().endsWith("/" + parent)) {
          ClassTree type = source.getValue().type();
          TreePath of = new TreePath(new TreePath(source.getValue().unit()), type);
          for (Tree member : type.getMembers()) {
            if (member instanceof MethodTree same && same.getName().equals(method.getName())) {
              return comment(of, same, keys);
            }
          }
          String further = comment(of, method, keys);
          if (!further.isEmpty()) {
            return further;
          }
        }
      }
    }
    return "";
  }

  private String comment(TreePath path, Map<String, String> keys) {
    DocCommentTree comment = trees.getDocCommentTree(path);
    return comment == null ? "" : CommentText.markdown(comment, keys);
  }

  private static String name(MethodTree method) {
    return annotation(method.getModifiers(), "WithName")
        .orElseGet(
            () ->
                method.getName().toString().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
  }

  /** The text in an annotation; empty: it is not there. */
  private static Optional<String> annotation(ModifiersTree modifiers, String name) {
    for (AnnotationTree annotation : modifiers.getAnnotations()) {
      if (annotation.getAnnotationType().toString().equals(name)) {
        for (ExpressionTree argument : annotation.getArguments()) {
          Matcher text = Pattern.compile("\"(.*)\"").matcher(argument.toString());
          if (text.find()) {
            return Optional.of(text.group(1));
          }
        }
      }
    }
    return Optional.empty();
  }
}
