/**
 * The directory file: YAML and its JSON twin, in the spelling of Exchange's parameters. No I/O.
 *
 * <ol>
 *   <li>{@code YamlText} turns bytes into nodes with their places, within bounds.
 *   <li>{@code OrganizationReader} reads each organization, {@code ConnectorReader} its connectors,
 *       {@code HybridReader} the entry that stands for two of them.
 *   <li>{@code Fields} takes each field once, and reports unknown and wrong ones to {@code
 *       Problems}.
 *   <li>{@code DirectoryDiff} compares the file's objects with the directory's.
 *   <li>The rules judge the difference, and {@code Problems} gives their problems the lines.
 *   <li>{@code FileView} shows the directory as a file that can be applied again.
 * </ol>
 */
@NullMarked
package io.postern.directory;

import org.jspecify.annotations.NullMarked;
