/**
 * Settings: the environment and the files beside it become validated records, and every limit has its one home here.
 * The only reader of the environment.
 */
@NullMarked
package dev.baton.config;

import org.jspecify.annotations.NullMarked;
