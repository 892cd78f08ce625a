global using PatchTools.Testing;
global using Xunit;
