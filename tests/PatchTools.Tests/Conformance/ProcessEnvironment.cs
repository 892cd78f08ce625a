using Xunit;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// Tests that set variables of the process share nothing else, but must overlap with no other test: the SDK reads its
/// credentials and endpoints there.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessEnvironment
{
    public const string Name = "process environment";
}
