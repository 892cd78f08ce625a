using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PatchTools.Baselines;

namespace PatchTools.Completers;

/// <summary>
/// Published values of the filter that the parameter is named after; of all operating systems, because a rule does not
/// know its own yet.
/// </summary>
public sealed class FilterValueCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        var key = parameterName.ToUpperInvariant();
        var values =
            key == BaselineVocabulary.Section
                ? BaselineVocabulary.Sections
                : BaselineVocabulary
                    .OperatingSystemNames.SelectMany(system => BaselineVocabulary.Values(system, key))
                    .Distinct(StringComparer.Ordinal);
        return Suggestions.StartingWith(wordToComplete, values.Append("*"));
    }
}
