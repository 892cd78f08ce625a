global using PatchTools.Testing;
global using PatchTools.Testing.Rigs;
global using Xunit;
