using Xunit;

namespace PatchTools.Tests.Conformance;

/// <summary>Sets variables of this process for a while: the SDK reads its credentials and endpoints there. Tests that use it run one after another.</summary>
internal sealed class ProcessEnvironment : IDisposable
{
    public const string Name = "process environment";

    private readonly Dictionary<string, string?> _before;

    public ProcessEnvironment(IReadOnlyDictionary<string, string?> variables)
    {
        _before = variables.Keys.ToDictionary(k => k, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
    }
}

/// <summary>Tests that set variables of the process share nothing else, but must overlap with no other test.</summary>
[CollectionDefinition(ProcessEnvironment.Name, DisableParallelization = true)]
public sealed class ProcessEnvironmentTests;
