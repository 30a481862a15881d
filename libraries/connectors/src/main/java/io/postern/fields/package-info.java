/**
 * The fields of the directory's objects, and the demands of a TLS requirement, each declared once:
 * reader, view and difference of the directory file, checks, schema of the API, import, form, words
 * and reference page are made from these tables. Rules that join fields are code of their own.
 */
@NullMarked
package io.postern.fields;

import org.jspecify.annotations.NullMarked;
