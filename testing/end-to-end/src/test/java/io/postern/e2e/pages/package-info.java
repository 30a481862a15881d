/**
 * The pages of docs/: parts of them are made from the code, and what they name is looked up in it.
 */
package io.postern.e2e.pages;
