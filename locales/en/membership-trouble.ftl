# A group works again: for those who set it up.

membership-trouble-over-lookup = ✅ { $group } is guarded again: I can see who subscribes to { $channel }.
membership-trouble-over-rights = ✅ { $group } is guarded again: I have my rights back.
membership-trouble-over-link = ✅ The notices in { $group } have their button to { $channel } again.
membership-trouble-over-unheard = ✅ { $group } hears again at once who joins and leaves { $channel }.
membership-trouble-over-log = ✅ In { $group } I can report again what I do.
membership-trouble-over-door = ✅ In { $group } I can answer join requests again.
