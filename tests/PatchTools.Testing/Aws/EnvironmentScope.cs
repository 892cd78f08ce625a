using System.Collections;

namespace PatchTools.Testing.Aws;

/// <summary>
/// Gives this process the AWS environment of one test and takes it back. The SDK reads the process's environment, so
/// tests that use this belong to one xunit collection that runs alone.
/// </summary>
public sealed class EnvironmentScope : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    /// <param name="variables">What is set; every other variable of AWS and the agent is taken away.</param>
    public EnvironmentScope(IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach (
            var name in Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(e => (string)e.Key)
                .Where(n => n.StartsWith("AWS_", StringComparison.Ordinal))
                .ToArray()
        )
            Set(name, null);
        foreach (var (name, value) in variables)
            Set(name, value);
    }

    public void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
    }
}
